-- Ledger entries with the end of the financial year in which they were posted, and whether the invoice they name is there.
-- order: 40
-- kind: view
-- financial_year_end requires ledger.posting_date, financial_years.fy_start, financial_years.fy_end
-- invoice_found requires ledger.invoice_id, invoice.invoice_id
SELECT
    t.*,
    d.fy_end AS financial_year_end,
    i.invoice_id IS NOT NULL AS invoice_found,
    coalesce(h.held, false) AS exempt_legal_hold,
    coalesce(h.hold_in_doubt, false) AS hold_in_doubt,
    coalesce(h.restricted, false) AS exempt_restricted,
    coalesce(h.restriction_in_doubt, false) AS restriction_in_doubt
FROM export_ledger AS t
LEFT JOIN financial_day AS d
    ON d.legal_entity = coalesce(t.legal_entity, (SELECT legal_entity FROM only_entity)) AND d.day = t.posting_date
LEFT JOIN (SELECT DISTINCT invoice_id FROM export_invoice WHERE invoice_id IS NOT NULL) AS i ON t.invoice_id = i.invoice_id
LEFT JOIN suspended_customer AS h ON t.customer_id = h.customer_id
