-- Consents with the day from which their proof is no longer needed for what is sent: the withdrawal or the last send under
-- them, whichever is later. A consent in force that was never used has no such day. How many were given in the same second
-- tells an import from people.
-- order: 30
-- kind: view
-- is_marketing requires consent.purpose
-- last_use requires consent.customer_id, consent.channel, consent.address, consent.given_at, consent.withdrawn_at, marketing_send.customer_id, marketing_send.channel, marketing_send.address, marketing_send.sent_at
-- last_use doubts marketing_send.channel where send_unknown
-- given_together requires consent.given_at
WITH send AS (
    SELECT
        customer_id,
        CASE WHEN replace(lower(trim(channel)), '-', '') IN ('mail', 'email') THEN 'email' ELSE lower(trim(channel)) END AS sent_by,
        regexp_replace(replace(lower(trim(address)), ' ', ''), '^([+]45|0045)', '') AS sent_to,
        max(sent_at) AS last_sent_at,
        bool_or(coalesce(regexp_matches(_issues, '(^|;)channel=unknown_word'), false)) AS is_unknown
    FROM export_marketing_send
    GROUP BY 1, 2, 3
),
unplaced AS (
    SELECT DISTINCT customer_id, sent_to
    FROM send
    WHERE is_unknown
),
spelled AS (
    SELECT
        *,
        CASE WHEN replace(lower(trim(channel)), '-', '') IN ('mail', 'email') THEN 'email' ELSE lower(trim(channel)) END AS agreed_channel,
        regexp_replace(replace(lower(trim(address)), ' ', ''), '^([+]45|0045)', '') AS agreed_address,
        purpose = 'markedsføring' AS is_marketing
    FROM export_consent
)
SELECT
    t.*,
    CASE
        WHEN coalesce(s.last_sent_at >= t.given_at, false) AND (t.withdrawn_at IS NULL OR s.last_sent_at > t.withdrawn_at) THEN CAST(s.last_sent_at AS DATE)
        ELSE CAST(t.withdrawn_at AS DATE)
    END AS last_use,
    t.is_marketing AND u.customer_id IS NOT NULL AS send_unknown,
    CASE WHEN t.given_at > date_trunc('day', t.given_at) THEN b.rows END AS given_together, -- midnight is a date without a time
    coalesce(h.held, false) AS exempt_legal_hold,
    coalesce(h.hold_in_doubt, false) AS hold_in_doubt,
    coalesce(h.restricted, false) AS exempt_restricted,
    coalesce(h.restriction_in_doubt, false) AS restriction_in_doubt
FROM spelled AS t
LEFT JOIN send AS s ON t.customer_id = s.customer_id AND t.agreed_channel = s.sent_by AND t.agreed_address = s.sent_to AND t.is_marketing
LEFT JOIN unplaced AS u ON t.customer_id = u.customer_id AND t.agreed_address = u.sent_to
LEFT JOIN (
    SELECT date_trunc('second', given_at) AS second, count(*) AS rows
    FROM export_consent
    GROUP BY 1
) AS b ON date_trunc('second', t.given_at) = b.second
LEFT JOIN suspended_customer AS h ON t.customer_id = h.customer_id
