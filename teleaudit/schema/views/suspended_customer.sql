-- Customers whose records may not be erased on the date of the audit, and why.
-- Held: under a legal hold in force, with a reason and an approval. A hold that is over or to come suspends nothing, and neither
-- does one that states no reason or no approval: it lacks what a hold must have. It exempts nothing, but where it is not over it is
-- unapproved: somebody must decide about it before anything is erased. Where a start is not stated, a date cannot be
-- read, or an export has no such column at all, nobody knows whether the hold is in force: the hold is in doubt.
-- Restricted: processing is restricted, which leaves storage alone. The first day is restricted, the day of lifting no more.
-- Where a restriction cannot be read, nobody knows whether the records may be erased: the restriction is in doubt.
-- order: 10
-- kind: table
WITH restriction AS (
    SELECT
        customer_id,
        restricted_from,
        restricted_to,
        coalesce(regexp_matches(_issues, '(^|;)restricted_from=(unreadable|zero)'), false) AS from_unreadable,
        coalesce(regexp_matches(_issues, '(^|;)restricted_to=(unreadable|zero)'), false) AS to_unreadable
    FROM export_crm_customer
    WHERE customer_id IS NOT NULL AND (restricted_from IS NOT NULL OR restricted_to IS NOT NULL OR regexp_matches(_issues, '(^|;)restricted_(from|to)=(unreadable|zero)'))
),
judged AS (
    SELECT
        customer_id,
        -- null where it cannot be told; an end without a beginning leaves the beginning open
        coalesce(restricted_from <= $as_of, CASE WHEN from_unreadable OR to_unreadable OR restricted_to > $as_of THEN NULL ELSE false END)
        AND coalesce(restricted_to > $as_of, CASE WHEN to_unreadable THEN NULL ELSE true END) AS restricted
    FROM restriction
),
placed AS (
    SELECT
        customer_id,
        -- null where it cannot be told
        "start" <= $as_of
        AND coalesce("end" >= $as_of, CASE WHEN $legal_hold_without_end OR coalesce(regexp_matches(_issues, '(^|;)end=(unreadable|zero)'), false) THEN NULL ELSE true END) AS has_begun_and_not_ended,
        CASE WHEN $legal_hold_without_reason THEN NULL ELSE reason IS NOT NULL END
        AND CASE WHEN $legal_hold_without_approval THEN NULL ELSE approved_by IS NOT NULL END AS is_approved
    FROM export_legal_hold
    WHERE customer_id IS NOT NULL
),
hold AS (
    SELECT
        customer_id,
        has_begun_and_not_ended AND is_approved AS in_force,
        coalesce(has_begun_and_not_ended, true) AND NOT coalesce(is_approved, true) AS unapproved
    FROM placed
),
suspended AS (
    SELECT customer_id, coalesce(in_force, false) AS held, in_force IS NULL AS hold_in_doubt, unapproved AS hold_unapproved, false AS restricted, false AS restriction_in_doubt
    FROM hold
    WHERE in_force OR in_force IS NULL OR unapproved
    UNION ALL
    SELECT customer_id, false AS held, false AS hold_in_doubt, false AS hold_unapproved, coalesce(restricted, false) AS restricted, restricted IS NULL AS restriction_in_doubt
    FROM judged
    WHERE restricted OR restricted IS NULL
)
SELECT
    customer_id,
    bool_or(held) AS held,
    bool_or(hold_in_doubt) AND NOT bool_or(held) AS hold_in_doubt,
    bool_or(hold_unapproved) AS hold_unapproved,
    bool_or(restricted) AS restricted,
    bool_or(restriction_in_doubt) AND NOT bool_or(restricted) AS restriction_in_doubt
FROM suspended
GROUP BY customer_id
