-- The consent of a customer to data that the agreement does not need: is one in force on the date of the audit, and when
-- was the last one withdrawn? A consent whose times cannot be read, or whose purpose is a word that nobody knows, leaves the customer unknown.
-- order: 10
-- kind: table
WITH given AS (
    SELECT
        customer_id,
        CAST(given_at AS DATE) AS given_on,
        CAST(withdrawn_at AS DATE) AS withdrawn_on,
        given_at IS NULL OR coalesce(regexp_matches(_issues, '(^|;)(withdrawn_at=(unreadable|zero)|purpose=unknown_word)'), false) AS unreadable
    FROM export_consent
    WHERE customer_id IS NOT NULL AND (purpose = 'ekstra_oplysninger' OR coalesce(regexp_matches(_issues, '(^|;)purpose=unknown_word'), false))
)
SELECT
    customer_id,
    coalesce(bool_or(NOT unreadable AND given_on <= $as_of AND (withdrawn_on IS NULL OR withdrawn_on > $as_of)), false) AS in_force,
    max(CASE WHEN NOT unreadable AND withdrawn_on <= $as_of THEN withdrawn_on END) AS withdrawn_on,
    coalesce(bool_or(unreadable), false) AS unreadable
FROM given
GROUP BY customer_id
