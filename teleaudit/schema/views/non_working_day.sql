-- Days on which no period of EU law ends, from 1990 to 2100, each with the working day on which it then ends:
-- Saturdays, Sundays and Danish public holidays, as schema/public_holidays.py has them. Store bededag was one until 2023.
-- 5 June, 24 and 31 December are free by custom or agreement, not by statute, and are working days here.
-- Regulation 1182/71 art. 2(1) and 3(4).
-- order: 10
-- kind: table
WITH saturday AS (
    SELECT unnest(generate_series(DATE '1990-01-06', DATE '2100-12-31', INTERVAL '7' DAY)) AS moment
),
holiday AS (
    SELECT unnest(string_split('$public_holidays', ' ')) AS written
),
off AS (
    SELECT CAST(moment AS DATE) AS day FROM saturday
    UNION SELECT CAST(moment + INTERVAL '1' DAY AS DATE) AS day FROM saturday
    UNION SELECT CAST(written AS DATE) AS day FROM holiday
),
later AS (
    SELECT o.day, CAST(o.day + s.days * INTERVAL '1' DAY AS DATE) AS candidate
    FROM off AS o
    CROSS JOIN (VALUES (1), (2), (3), (4), (5), (6)) AS s (days) -- the longest run is five days: Maundy Thursday to Easter Monday
)
SELECT l.day, min(l.candidate) AS working_day
FROM later AS l
LEFT JOIN off AS o ON l.candidate = o.day
WHERE o.day IS NULL
GROUP BY l.day
