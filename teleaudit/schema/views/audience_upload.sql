-- Uploads of customers to advertising platforms to keep them out of advertising, with what the customer had said before:
-- an objection counts from the day it was received, open and refused too: one to direct marketing needs nobody's approval
-- (GDPR art. 21(3)). One that ended in another way, such as withdrawn, does not count. Of marketing consents the latest word counts.
-- order: 30
-- kind: view
-- of: disclosure
-- key: disclosure_id
-- objected_on requires disclosure.customer_id, disclosure.at, dsar.customer_id, dsar.type, dsar.received_at, dsar.outcome
-- withdrawn_at requires disclosure.customer_id, disclosure.at, consent.customer_id, consent.purpose, consent.withdrawn_at
-- consent_unreadable requires consent.withdrawn_at
-- objected_on doubts dsar.type, dsar.outcome where objection_unknown
-- withdrawn_at doubts consent.purpose where consent_unreadable
WITH upload AS (
    SELECT *
    FROM export_disclosure
    WHERE lower(trim(purpose)) = 'suppression_audience'
),
objection AS (
    SELECT
        customer_id,
        min(CASE WHEN type = 'indsigelse' AND coalesce(outcome, '') IN ('', 'imødekommet', 'delvist', 'afslag') AND NOT unknown_word THEN received_at END) AS objected_on,
        bool_or(unknown_word) AS unknown_words
    FROM (SELECT *, coalesce(regexp_matches(_issues, '(^|;)(type|outcome)=unknown_word'), false) AS unknown_word FROM export_dsar) AS d
    WHERE (type = 'indsigelse' OR coalesce(regexp_matches(_issues, '(^|;)type=unknown_word'), false)) AND customer_id IS NOT NULL
    GROUP BY customer_id
),
word AS (
    SELECT
        u.customer_id,
        u."at",
        max(CASE WHEN c.given_at <= u."at" THEN c.given_at END) AS given_at,
        max(CASE WHEN c.withdrawn_at <= u."at" THEN c.withdrawn_at END) AS withdrawn_at,
        bool_or(c.unreadable) AS unreadable
    FROM (SELECT DISTINCT customer_id, "at" FROM upload) AS u
    INNER JOIN marketing_consent AS c ON u.customer_id = c.customer_id
    GROUP BY u.customer_id, u."at"
)
SELECT
    t.*,
    CASE WHEN o.objected_on < CAST(t."at" AS DATE) THEN o.objected_on END AS objected_on,
    coalesce(o.unknown_words, false) AS objection_unknown,
    CASE WHEN w.given_at IS NULL OR w.given_at <= w.withdrawn_at THEN w.withdrawn_at END AS withdrawn_at,
    coalesce(w.unreadable, false) AS consent_unreadable
FROM upload AS t
LEFT JOIN objection AS o ON t.customer_id = o.customer_id
LEFT JOIN word AS w ON t.customer_id = w.customer_id AND t."at" = w."at"
