-- Requests of data subjects with the last day on which each may be answered.
-- One month from receipt: the same date of the next month or its last day, and where that is no working day the next one.
-- Three months where an extension was announced, with its reason, before that day was over. A request for proof of identity
-- that was made in time stops the clock until the proof is there; the days of the pause are kept apart. An extension or a
-- pause that the register does not show did not happen. A request without a closing date is open.
-- order: 30
-- kind: view
-- request_type requires dsar.type
-- decision requires dsar.outcome
-- answered_on requires dsar.closed_at
-- due requires dsar.received_at
-- due_unpaused requires dsar.received_at
-- was_disclosed requires dsar.customer_id, disclosure.customer_id, disclosure.at
WITH asked AS (
    SELECT
        *,
        CASE
            WHEN type IN ('indsigt', 'berigtigelse', 'sletning', 'begrænsning', 'portabilitet', 'indsigelse', 'andet') THEN type
            ELSE 'unknown'
        END AS request_type,
        lower(trim(outcome)) AS decision,
        coalesce(closed_at, $as_of) AS answered_on,
        CAST(received_at + INTERVAL '1' MONTH AS DATE) AS month_later
    FROM export_dsar
),
timed AS (
    SELECT a.*, coalesce(n.working_day, a.month_later) AS month_due
    FROM asked AS a
    LEFT JOIN non_working_day AS n ON a.month_later = n.day
),
paused AS (
    SELECT
        *,
        CASE
            WHEN id_requested_at >= received_at AND id_requested_at <= month_due
                THEN greatest(date_diff('day', id_requested_at, coalesce(id_received_at, answered_on)), 0)
            ELSE 0
        END AS paused_days
    FROM timed
),
announced AS (
    SELECT p.*, coalesce(n.working_day, CAST(p.month_later + p.paused_days * INTERVAL '1' DAY AS DATE)) AS last_notice
    FROM paused AS p
    LEFT JOIN non_working_day AS n ON CAST(p.month_later + p.paused_days * INTERVAL '1' DAY AS DATE) = n.day
),
counted AS (
    SELECT
        *,
        CASE
            WHEN extended_at <= last_notice AND length(trim(extension_reason)) > 0 THEN CAST(received_at + INTERVAL '3' MONTH AS DATE)
            ELSE month_later
        END AS period_end
    FROM announced
),
due AS (
    SELECT
        c.*,
        coalesce(n.working_day, c.period_end) AS due_unpaused,
        coalesce(w.working_day, CAST(c.period_end + c.paused_days * INTERVAL '1' DAY AS DATE)) AS due
    FROM counted AS c
    LEFT JOIN non_working_day AS n ON c.period_end = n.day
    LEFT JOIN non_working_day AS w ON CAST(c.period_end + c.paused_days * INTERVAL '1' DAY AS DATE) = w.day
)
SELECT
    t.*,
    t.paused_days > 0 AND t.answered_on <= t.due AS exempt_identity_pause,
    coalesce(d.first_day <= coalesce(t.executed_at, t.answered_on), false) AS was_disclosed -- to anyone, before it was changed
FROM due AS t
LEFT JOIN (
    SELECT customer_id, min(CAST("at" AS DATE)) AS first_day
    FROM export_disclosure
    WHERE customer_id IS NOT NULL
    GROUP BY customer_id
) AS d ON t.customer_id = d.customer_id
