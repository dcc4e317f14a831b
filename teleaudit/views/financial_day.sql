-- One row per legal entity and day of its financial years: the last day of the financial year that holds the day.
-- A table of years, not one month-day: a changed year (omlaegning) is longer or shorter. Years of more than 600 days are
-- not financial years and are left out.
-- order: 10
-- kind: table
WITH day AS (
    SELECT legal_entity, fy_end, CAST(unnest(generate_series(fy_start, fy_end, INTERVAL '1' DAY)) AS DATE) AS day
    FROM export_financial_years
    WHERE fy_end >= fy_start AND fy_end - fy_start <= 600
)
SELECT legal_entity, day, max(fy_end) AS fy_end
FROM day
GROUP BY legal_entity, day
