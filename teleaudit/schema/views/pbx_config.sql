-- PBX and SIP configurations with the end of the relationship and of the single service they serve.
-- order: 30
-- kind: view
-- relationship_end requires pbx_config.customer_id, crm_customer.customer_id, crm_customer.end_date
-- relationship_state requires pbx_config.customer_id, crm_customer.customer_id, crm_customer.end_date
-- service_end requires subscription.subscription_id, subscription.end_date
-- relationship_end doubts crm_customer.end_date, agreement.ended_at, subscription.end_date where ends_unknown
-- relationship_state doubts crm_customer.end_date, agreement.ended_at, subscription.end_date where ends_unknown
SELECT
    t.*,
    r.relationship_end,
    coalesce(r.relationship_state, 'orphan') AS relationship_state,
    $services_known AS services_known, -- else a register of services that was not exported may know the customer
    coalesce(r.ends_unknown, false) AS ends_unknown,
    s.service_end,
    coalesce(h.held, false) AS exempt_legal_hold,
    coalesce(h.hold_in_doubt, false) AS hold_in_doubt,
    coalesce(h.restricted, false) AS exempt_restricted,
    coalesce(h.restriction_in_doubt, false) AS restriction_in_doubt
FROM export_pbx_config AS t
LEFT JOIN relationship AS r ON t.customer_id = r.customer_id
LEFT JOIN suspended_customer AS h ON t.customer_id = h.customer_id
LEFT JOIN (
    SELECT subscription_id, CASE WHEN count(*) = count(end_date) THEN max(end_date) END AS service_end
    FROM export_subscription
    WHERE subscription_id IS NOT NULL
    GROUP BY subscription_id
) AS s ON t.subscription_id = s.subscription_id
