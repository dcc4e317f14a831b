-- Look-ups in customer data with what the roster says of the user on that day, and from where the user came.
-- A role without a readable start and end proves nothing: where only such a role would allow the look-up, it cannot be judged.
-- Who never had a role had none on the day, whichever that was.
-- An address is inside when it belongs to a private network (RFC 1918, for IPv6 RFC 4193) or to the machine itself.
-- order: 30
-- kind: view
-- roster_state requires access_log.user_id, access_log.at, staff_roster.user_id, staff_roster.valid_from, staff_roster.valid_to
-- never_listed requires access_log.user_id, staff_roster.user_id
-- by_shared_account requires access_log.user_id, access_log.at, staff_roster.user_id, staff_roster.valid_from, staff_roster.valid_to, staff_roster.shared_account
-- export_allowed requires access_log.user_id, access_log.at, staff_roster.user_id, staff_roster.valid_from, staff_roster.valid_to, staff_roster.may_export
-- network requires access_log.source_ip
WITH user_day AS (
    SELECT DISTINCT lower(user_id) AS user_id, CAST("at" AS DATE) AS day
    FROM export_access_log
    WHERE user_id IS NOT NULL AND "at" IS NOT NULL
),
staff_role AS (
    SELECT
        lower(user_id) AS user_id,
        valid_from,
        valid_to,
        shared_account,
        may_export,
        valid_from IS NULL OR coalesce(regexp_matches(_issues, '(^|;)valid_to=(unreadable|zero)'), false) AS undated
    FROM export_staff_roster
),
seen AS (
    SELECT
        d.user_id,
        d.day,
        count(*) FILTER (WHERE NOT s.undated) AS roles,
        bool_or(s.shared_account) FILTER (WHERE NOT s.undated) AS shared_account,
        bool_or(s.may_export) FILTER (WHERE NOT s.undated) AS may_export
    FROM user_day AS d
    INNER JOIN staff_role AS s ON d.user_id = s.user_id AND (s.undated OR (s.valid_from <= d.day AND (s.valid_to IS NULL OR s.valid_to >= d.day)))
    GROUP BY d.user_id, d.day
)
SELECT
    t.*,
    CASE
        WHEN t.user_id IS NULL OR t."at" IS NULL THEN NULL
        WHEN s.roles > 0 THEN 'valid'
        WHEN s.roles = 0 THEN 'undated'
        ELSE 'none'
    END AS roster_state,
    t.user_id IS NOT NULL AND l.user_id IS NULL AS never_listed,
    s.shared_account AS by_shared_account,
    s.may_export AS export_allowed,
    CASE
        WHEN t.source_ip IS NULL THEN NULL
        WHEN regexp_matches(trim(t.source_ip), '^(10|127)(\.[0-9]{1,3}){3}$') THEN 'inside'
        WHEN regexp_matches(trim(t.source_ip), '^172\.(1[6-9]|2[0-9]|3[01])(\.[0-9]{1,3}){2}$') THEN 'inside'
        WHEN regexp_matches(trim(t.source_ip), '^192\.168(\.[0-9]{1,3}){2}$') THEN 'inside'
        WHEN regexp_matches(lower(trim(t.source_ip)), '^(f[cd][0-9a-f]{2}:[0-9a-f:]+|::1)$') THEN 'inside'
        WHEN regexp_matches(trim(t.source_ip), '^[0-9]{1,3}(\.[0-9]{1,3}){3}$') THEN 'outside'
        WHEN regexp_matches(lower(trim(t.source_ip)), '^[0-9a-f]{0,4}:[0-9a-f:]+$') THEN 'outside'
        ELSE 'unreadable'
    END AS network
FROM export_access_log AS t
LEFT JOIN seen AS s ON lower(t.user_id) = s.user_id AND CAST(t."at" AS DATE) = s.day
LEFT JOIN (SELECT DISTINCT user_id FROM staff_role) AS l ON lower(t.user_id) = l.user_id
