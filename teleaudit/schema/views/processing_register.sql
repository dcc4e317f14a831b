-- The record of processing activities, with the period that it states and whether the policy, or a parameter where the policy leaves it
-- open, states the same for the same records. $policy_periods are those: table, months and days, which are null where a parameter is not set.
-- A period is read where it is said once, as a number and a unit or in ISO 8601, and nothing in the text makes it a minimum or an estimate.
-- order: 30
-- kind: view
-- period_read requires processing_register.retention
-- has_policy_period requires processing_register.data_category
-- policy_unset requires processing_register.data_category
-- agrees requires processing_register.retention, processing_register.data_category
WITH policy AS (
    $policy_periods
),
named AS (
    SELECT table_name, bool_or(months IS NULL) AS is_unset
    FROM policy
    GROUP BY table_name
),
written AS (
    SELECT
        *,
        ' ' || lower(trim(retention)) || ' ' AS stated_text,
        coalesce(regexp_matches(lower(trim(retention)), '^p([0-9]+y)?([0-9]+m)?([0-9]+d)?$') AND regexp_matches(retention, '[0-9]'), false) AS is_iso
    FROM export_processing_register
),
found AS (
    SELECT
        *,
        regexp_extract(stated_text, '[^0-9a-zæøå,.-]([0-9]+|en|et|én|ét|to|tre|fire|fem|seks|syv|otte|ni|ti|tolv|one|two|three|four|five|six|seven|eight|nine|ten|twelve) *(hele |fulde |full )?(år|years?|måneder|måned|mdr|months?|uger|uge|weeks?|dage|døgn|dag|days?)[^a-zæøå]', 1) AS amount,
        regexp_extract(stated_text, '[^0-9a-zæøå,.-]([0-9]+|en|et|én|ét|to|tre|fire|fem|seks|syv|otte|ni|ti|tolv|one|two|three|four|five|six|seven|eight|nine|ten|twelve) *(hele |fulde |full )?(år|years?|måneder|måned|mdr|months?|uger|uge|weeks?|dage|døgn|dag|days?)[^a-zæøå]', 3) AS unit,
        coalesce(
            regexp_matches(stated_text, '[0-9][^0-9]+[0-9]')
            OR regexp_matches(stated_text, '(år|years?|måned(er)?|mdr|months?|uger?|weeks?|dage?|døgn|days?)[^a-zæøå].*[^a-zæøå](år|years?|måned(er)?|mdr|months?|uger?|weeks?|dage?|døgn|days?)[^a-zæøå]')
            OR regexp_matches(stated_text, '[^a-zæøå](mindst|minimum|over|ca|cirka|omkring|about|approx[a-z]*|at least|eller|or|halv[a-z]*)[^a-zæøå]'),
            false
        ) AS is_ambiguous
    FROM written
),
counted AS (
    SELECT
        *,
        CASE amount
            WHEN '' THEN NULL
            WHEN 'en' THEN 1 WHEN 'et' THEN 1 WHEN 'én' THEN 1 WHEN 'ét' THEN 1 WHEN 'one' THEN 1
            WHEN 'to' THEN 2 WHEN 'two' THEN 2 WHEN 'tre' THEN 3 WHEN 'three' THEN 3 WHEN 'fire' THEN 4 WHEN 'four' THEN 4
            WHEN 'fem' THEN 5 WHEN 'five' THEN 5 WHEN 'seks' THEN 6 WHEN 'six' THEN 6 WHEN 'syv' THEN 7 WHEN 'seven' THEN 7
            WHEN 'otte' THEN 8 WHEN 'eight' THEN 8 WHEN 'ni' THEN 9 WHEN 'nine' THEN 9 WHEN 'ti' THEN 10 WHEN 'ten' THEN 10
            WHEN 'tolv' THEN 12 WHEN 'twelve' THEN 12
            ELSE TRY_CAST(amount AS INTEGER)
        END AS number_of
    FROM found
),
stated AS (
    SELECT
        *,
        CASE
            WHEN is_iso THEN 12 * coalesce(TRY_CAST(nullif(regexp_extract(stated_text, '([0-9]+)y', 1), '') AS INTEGER), 0) + coalesce(TRY_CAST(nullif(regexp_extract(stated_text, '([0-9]+)m', 1), '') AS INTEGER), 0)
            WHEN is_ambiguous OR number_of IS NULL THEN NULL
            WHEN regexp_matches(unit, '^(år|year)') THEN 12 * number_of
            WHEN regexp_matches(unit, '^(m)') THEN number_of
            ELSE 0
        END AS stated_months,
        CASE
            WHEN is_iso THEN coalesce(TRY_CAST(nullif(regexp_extract(stated_text, '([0-9]+)d', 1), '') AS INTEGER), 0)
            WHEN is_ambiguous OR number_of IS NULL THEN NULL
            WHEN regexp_matches(unit, '^(u|w)') THEN 7 * number_of
            WHEN regexp_matches(unit, '^d') THEN number_of
            ELSE 0
        END AS stated_days
    FROM counted
)
SELECT
    s.*,
    s.stated_months IS NOT NULL AS period_read,
    n.table_name IS NOT NULL AS has_policy_period,
    coalesce(n.is_unset, false) AS policy_unset,
    p.table_name IS NOT NULL AS agrees
FROM stated AS s
LEFT JOIN named AS n ON s.data_category = n.table_name
LEFT JOIN (SELECT DISTINCT table_name, months, days FROM policy) AS p ON s.data_category = p.table_name AND s.stated_months = p.months AND s.stated_days = p.days
