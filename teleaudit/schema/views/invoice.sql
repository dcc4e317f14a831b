-- Invoices with the end of the financial year they concern: the end of the invoiced period, or else the date of issue.
-- order: 30
-- kind: view
-- financial_year_end requires invoice.issue_date, financial_years.fy_start, financial_years.fy_end
-- invoiced_to requires invoice.issue_date
SELECT
    t.*,
    d.fy_end AS financial_year_end,
    coalesce(t.period_to, t.issue_date) AS invoiced_to,
    coalesce(h.held, false) AS exempt_legal_hold,
    coalesce(h.hold_in_doubt, false) AS hold_in_doubt,
    coalesce(h.restricted, false) AS exempt_restricted,
    coalesce(h.restriction_in_doubt, false) AS restriction_in_doubt
FROM export_invoice AS t
LEFT JOIN financial_day AS d
    ON d.legal_entity = coalesce(t.legal_entity, (SELECT legal_entity FROM only_entity)) AND d.day = coalesce(t.period_to, t.issue_date)
LEFT JOIN suspended_customer AS h ON t.customer_id = h.customer_id
