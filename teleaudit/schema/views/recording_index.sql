-- Recordings with the customer's recording agreements: was one in force on the day, and have all of them ended since?
-- An agreement is in force from its first day, or from its signature where that is later. One without a readable period
-- proves nothing: where only such a one would cover the recording, it cannot be judged. Who never had one is recorded without,
-- whatever the day. An agreement for a fixed time ends with it, ended early or not.
-- The scope of an agreement is all of the customer's numbers where it names none. A recording is held against the numbers that it names
-- where its own is one that the customer had that day: the index may as well name the caller's.
-- order: 30
-- kind: view
-- agreement_state requires recording_index.customer_id, recording_index.started_at, agreement.customer_id, agreement.type, agreement.valid_from, agreement.ended_at
-- recording_agreement_end requires recording_index.customer_id, agreement.customer_id, agreement.type, agreement.valid_from, agreement.ended_at
-- never_agreed requires recording_index.customer_id, agreement.customer_id, agreement.type
-- scope_state requires recording_index.customer_id, recording_index.started_at, recording_index.number, agreement.customer_id, agreement.type, agreement.valid_from, agreement.ended_at, agreement.scope, number_assignment.number, number_assignment.customer_id, number_assignment.valid_from, number_assignment.valid_to
-- agreement_state doubts agreement.ended_at where agreement_state = 'undated'
-- scope_state doubts agreement.ended_at where agreement_state = 'undated'
-- recording_agreement_end doubts agreement.ended_at where end_unknown
WITH recording_agreement AS (
    SELECT
        customer_id,
        greatest(valid_from, signed_at) AS first_day,
        least(ended_at, agreed_until) AS last_day,
        coalesce(valid_from, signed_at) IS NULL OR coalesce(regexp_matches(_issues, '(^|;)(ended_at|agreed_until)=(unreadable|zero)'), false) OR $agreement_without_end AS undated,
        $agreement_without_end AS without_end,
        CASE
            WHEN coalesce(trim(scope), '') = '' OR regexp_matches(lower(trim(scope)), '^(alle?|all)( (numre|samtaler|opkald|linjer|numbers|calls|lines))?$') THEN 'all'
            WHEN regexp_matches(lower(scope), '[a-zæøå]') THEN 'words'
            ELSE 'numbers'
        END AS scope_kind,
        ';' || regexp_replace(regexp_replace(scope, '[^0-9;,/]', '', 'g'), '[;,/]+', ';', 'g') || ';' AS numbers
    FROM export_agreement
    WHERE customer_id IS NOT NULL AND regexp_matches(lower(type), '^(optagelse|recording)')
),
recorded AS (
    SELECT DISTINCT
        customer_id,
        CAST(started_at AS DATE) AS day,
        coalesce(CASE WHEN regexp_matches(regexp_replace(number, '[^0-9]', '', 'g'), '^(00)?45[0-9]{8}$') THEN right(regexp_replace(number, '[^0-9]', '', 'g'), 8) ELSE regexp_replace(number, '[^0-9]', '', 'g') END, '') AS phone
    FROM export_recording_index
    WHERE customer_id IS NOT NULL AND started_at IS NOT NULL
),
covered AS (
    SELECT
        d.customer_id,
        d.day,
        d.phone,
        count(*) FILTER (WHERE NOT a.undated) AS agreements,
        bool_or(
            NOT a.undated AND (
                a.scope_kind = 'all'
                OR (a.scope_kind = 'numbers' AND d.phone <> '' AND (a.numbers LIKE '%;' || d.phone || ';%' OR a.numbers LIKE '%;45' || d.phone || ';%' OR a.numbers LIKE '%;0045' || d.phone || ';%'))
            )
        ) AS is_within,
        bool_or(NOT a.undated AND a.scope_kind = 'words') AS in_words
    FROM recorded AS d
    INNER JOIN recording_agreement AS a
        ON d.customer_id = a.customer_id AND (a.undated OR (a.first_day <= d.day AND (a.last_day IS NULL OR a.last_day >= d.day)))
    GROUP BY d.customer_id, d.day, d.phone
),
own_number AS (
    SELECT DISTINCT d.customer_id, d.day, d.phone
    FROM recorded AS d
    INNER JOIN number_holder AS n ON d.phone = n.phone AND d.customer_id = n.holder AND d.day >= n.held_from AND (n.held_to IS NULL OR d.day <= n.held_to)
),
ended AS (
    SELECT customer_id, CASE WHEN count(*) = count(last_day) THEN max(last_day) END AS last_day, bool_or(without_end) AS without_end
    FROM recording_agreement
    GROUP BY customer_id
)
SELECT
    t.*,
    coalesce(lower(t.purpose) IN ('egen_linje', 'egen linje'), false) AS own_line,
    CASE
        WHEN t.started_at IS NULL OR t.customer_id IS NULL THEN NULL
        WHEN c.agreements > 0 THEN 'in_force'
        WHEN c.agreements = 0 THEN 'undated'
        ELSE 'none'
    END AS agreement_state,
    -- of a recording under an agreement in force: within its numbers, outside them, or why nobody can tell
    CASE
        WHEN coalesce(c.agreements, 0) = 0 THEN NULL
        WHEN c.is_within THEN 'within'
        WHEN c.in_words THEN 'in_words'
        WHEN o.phone IS NULL THEN 'no_own_number'
        ELSE 'outside'
    END AS scope_state,
    t.customer_id IS NOT NULL AND e.customer_id IS NULL AS never_agreed,
    e.last_day AS recording_agreement_end,
    coalesce(e.without_end, false) AS end_unknown,
    coalesce(h.held, false) AS exempt_legal_hold,
    coalesce(h.hold_in_doubt, false) AS hold_in_doubt,
    coalesce(h.restricted, false) AS exempt_restricted,
    coalesce(h.restriction_in_doubt, false) AS restriction_in_doubt
FROM export_recording_index AS t
LEFT JOIN covered AS c ON t.customer_id = c.customer_id AND CAST(t.started_at AS DATE) = c.day AND coalesce(CASE WHEN regexp_matches(regexp_replace(t.number, '[^0-9]', '', 'g'), '^(00)?45[0-9]{8}$') THEN right(regexp_replace(t.number, '[^0-9]', '', 'g'), 8) ELSE regexp_replace(t.number, '[^0-9]', '', 'g') END, '') = c.phone
LEFT JOIN own_number AS o ON c.customer_id = o.customer_id AND c.day = o.day AND c.phone = o.phone
LEFT JOIN ended AS e ON t.customer_id = e.customer_id
LEFT JOIN suspended_customer AS h ON t.customer_id = h.customer_id
