-- One row per customer known from any export: when did the whole relationship end?
-- The end is the latest end of any agreement or subscription and of the CRM's own end date; a service still running, or
-- re-opened, means there is no end. Where the CRM says less than the services do, the later date counts (benefit of the doubt).
-- An end that could not be read, or lies before 1990, leaves the customer without a known end.
-- A service, or a customer, of an export without a column of ends has an end that nobody knows; so has the relationship, unless
-- another service certainly runs.
-- A customer whom only the register of former customers knows ended when it says; there the end outlives the customer's data.
-- order: 10
-- kind: table
WITH service AS (
    SELECT
        customer_id,
        ended_at AS end_date,
        coalesce(regexp_matches(_issues, '(^|;)ended_at=(unreadable|zero)'), false) OR $agreement_without_end AS unreadable,
        $agreement_without_end AS without_end
    FROM export_agreement
    UNION ALL
    SELECT
        customer_id,
        end_date,
        coalesce(regexp_matches(_issues, '(^|;)end_date=(unreadable|zero)'), false) OR $subscription_without_end AS unreadable,
        $subscription_without_end AS without_end
    FROM export_subscription
),
services AS (
    SELECT
        customer_id,
        count(*) FILTER (WHERE NOT unreadable AND (end_date IS NULL OR end_date >= $as_of)) AS active_services,
        count(*) FILTER (WHERE unreadable OR end_date < DATE '1990-01-01') AS unreadable_ends,
        coalesce(bool_or(without_end), false) AS without_end,
        max(end_date) AS latest_service_end
    FROM service
    WHERE customer_id IS NOT NULL
    GROUP BY customer_id
),
crm AS (
    SELECT
        customer_id,
        max(end_date) AS crm_end_date,
        count(*) FILTER (WHERE regexp_matches(_issues, '(^|;)end_date=(unreadable|zero)')) AS unreadable_ends,
        coalesce(bool_or($crm_customer_without_end), false) AS without_end,
        coalesce(bool_or(end_date IS NULL AND regexp_matches(status, '^([Aa][Kk][Tt][Ii][Vv]|[Aa][Cc][Tt][Ii][Vv][Ee])$')), false) AS says_active
    FROM export_crm_customer
    WHERE customer_id IS NOT NULL
    GROUP BY customer_id
),
former AS (
    SELECT customer_id, max(end_date) AS end_date
    FROM export_tombstone
    WHERE customer_id IS NOT NULL
    GROUP BY customer_id
),
known AS (
    SELECT
        coalesce(c.customer_id, s.customer_id, f.customer_id) AS customer_id,
        coalesce(s.active_services, 0) AS active_services,
        s.latest_service_end,
        greatest(c.crm_end_date, s.latest_service_end, f.end_date) AS latest_end,
        coalesce(s.unreadable_ends, 0) + coalesce(c.unreadable_ends, 0) + CASE WHEN c.without_end THEN 1 ELSE 0 END AS unreadable_ends,
        coalesce(s.without_end, false) OR coalesce(c.without_end, false) AS without_end,
        coalesce(c.says_active, false) AND NOT $services_known AS active_by_status
    FROM crm AS c
    FULL JOIN services AS s ON c.customer_id = s.customer_id
    FULL JOIN former AS f ON coalesce(c.customer_id, s.customer_id) = f.customer_id
),
judged AS (
    SELECT
        *,
        CASE
            WHEN active_services > 0 OR active_by_status THEN 'active'
            WHEN unreadable_ends > 0 OR latest_end IS NULL OR latest_end < DATE '1990-01-01' THEN 'no_end_date'
            WHEN latest_end >= $as_of THEN 'active'
            ELSE 'ended'
        END AS relationship_state
    FROM known
)
SELECT
    customer_id,
    active_services,
    latest_service_end,
    relationship_state,
    CASE WHEN relationship_state = 'ended' THEN latest_end END AS relationship_end,
    without_end AND relationship_state <> 'active' AS ends_unknown
FROM judged
