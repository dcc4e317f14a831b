-- What is left of customers without a name, where it holds hash values: in which columns, and whether one is the hash of a number that
-- another row still knows. Danish numbers have eight digits, so that a hash of one is undone by trying them all; here only those are tried
-- that stand in the exports, bare and behind 45, +45 or 0045. Hashes that do not stand in the customers' rows are never kept.
-- order: 20
-- kind: table
WITH known AS (
    SELECT phone AS known_number FROM export_crm_customer
    UNION ALL
    SELECT mobile AS known_number FROM export_crm_customer
    UNION ALL
    SELECT phone AS known_number FROM export_crm_contact
    UNION ALL
    SELECT "number" AS known_number FROM export_number_assignment
),
digits AS (
    SELECT DISTINCT right(regexp_replace(known_number, '[^0-9]', '', 'g'), 8) AS digits
    FROM known
    WHERE
        regexp_matches(regexp_replace(known_number, '[^0-9]', '', 'g'), '^(0045|45)?[0-9]{8}$')
        AND EXISTS (SELECT 1 FROM hash_left)
),
written AS (
    SELECT digits AS written FROM digits
    UNION ALL
    SELECT '45' || digits AS written FROM digits
    UNION ALL
    SELECT '+45' || digits AS written FROM digits
    UNION ALL
    SELECT '0045' || digits AS written FROM digits
),
undone AS (
    SELECT h.remains FROM written AS w INNER JOIN hash_left AS h ON md5(w.written) = h."hash"
    UNION
    SELECT h.remains FROM written AS w INNER JOIN hash_left AS h ON sha1(w.written) = h."hash"
    UNION
    SELECT h.remains FROM written AS w INNER JOIN hash_left AS h ON sha256(w.written) = h."hash"
)
SELECT
    h.remains,
    bool_or(h.held_in = 'phone' AND h.whole) AS phone_is_hash,
    bool_or(h.held_in = 'mobile' AND h.whole) AS mobile_is_hash,
    bool_or(h.held_in = 'email' AND h.whole) AS email_is_hash,
    count(u.remains) > 0 AS number_is_known
FROM hash_left AS h
LEFT JOIN undone AS u ON h.remains = u.remains
GROUP BY h.remains
