-- One row per number that an unbroken series of invoice numbers holds: is the invoice there?
-- A series is a run of numbers of one legal entity with the same prefix and number of digits, at least half of them in use;
-- anything sparser is not numbered consecutively and yields no rows. A missing number is given the latest financial year
-- of the numbers before it: if those must still be kept, so must it.
-- order: 50
-- kind: view
-- of: invoice
-- key: invoice_no
-- missing requires invoice.invoice_no
-- financial_year_end requires invoice.issue_date, invoice.invoice_no, financial_years.fy_start, financial_years.fy_end
WITH ending_in_digits AS (
    SELECT *, regexp_extract(invoice_no, '[0-9]{1,15}$', 0) AS digits
    FROM invoice
    WHERE regexp_matches(invoice_no, '[0-9]$')
),
numbered AS (
    SELECT
        coalesce(legal_entity, '') AS legal_entity,
        substr(invoice_no, 1, length(invoice_no) - length(digits)) AS prefix,
        digits,
        max(financial_year_end) AS financial_year_end
    FROM ending_in_digits
    GROUP BY 1, 2, 3
),
series AS (
    SELECT
        legal_entity, prefix, length(digits) AS width, CAST(min(CAST(digits AS BIGINT)) AS BIGINT) AS first, CAST(max(CAST(digits AS BIGINT)) AS BIGINT) AS last
    FROM numbered
    GROUP BY 1, 2, 3
    HAVING max(CAST(digits AS BIGINT)) - min(CAST(digits AS BIGINT)) + 1 <= 2 * count(*)
),
expected AS (
    SELECT legal_entity, prefix, width, unnest(generate_series(first, last)) AS number
    FROM series
)
SELECT
    NULL::VARCHAR AS _file,
    NULL::BIGINT AS _line,
    NULL::VARCHAR AS _issues,
    e.prefix || lpad(CAST(e.number AS VARCHAR), CAST(e.width AS INTEGER), '0') AS invoice_no,
    n.digits IS NULL AS missing,
    max(n.financial_year_end) OVER (PARTITION BY e.legal_entity, e.prefix, e.width ORDER BY e.number) AS financial_year_end
FROM expected AS e
LEFT JOIN numbered AS n
    ON e.legal_entity = n.legal_entity AND e.prefix = n.prefix AND e.width = length(n.digits) AND e.number = CAST(n.digits AS BIGINT)
