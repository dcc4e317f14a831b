-- Agreements with the end of the whole relationship and the end of the financial year in which it ended.
-- order: 30
-- kind: view
-- relationship_end requires agreement.customer_id, crm_customer.customer_id, crm_customer.end_date
-- relationship_state requires agreement.customer_id, crm_customer.customer_id, crm_customer.end_date
-- relationship_fye requires agreement.customer_id, crm_customer.customer_id, crm_customer.end_date, financial_years.fy_start, financial_years.fy_end
-- relationship_end doubts crm_customer.end_date, agreement.ended_at, subscription.end_date where ends_unknown
-- relationship_state doubts crm_customer.end_date, agreement.ended_at, subscription.end_date where ends_unknown
-- relationship_fye doubts crm_customer.end_date, agreement.ended_at, subscription.end_date where ends_unknown
SELECT
    t.*,
    r.relationship_end,
    coalesce(r.relationship_state, 'orphan') AS relationship_state,
    coalesce(r.ends_unknown, false) AS ends_unknown,
    d.fy_end AS relationship_fye,
    coalesce(h.held, false) AS exempt_legal_hold,
    coalesce(h.hold_in_doubt, false) AS hold_in_doubt,
    coalesce(h.restricted, false) AS exempt_restricted,
    coalesce(h.restriction_in_doubt, false) AS restriction_in_doubt
FROM export_agreement AS t
LEFT JOIN relationship AS r ON t.customer_id = r.customer_id
LEFT JOIN suspended_customer AS h ON t.customer_id = h.customer_id
LEFT JOIN financial_day AS d ON r.relationship_end = d.day AND d.legal_entity = (SELECT legal_entity FROM only_entity)
