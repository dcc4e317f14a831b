-- Marketing sends with what the register of consents said when each was sent: the latest consent for that customer, channel
-- and address, and the latest withdrawal. Another address or another channel is no consent; what was given or withdrawn
-- later changes nothing. A withdrawal under another customer number with the same address is told apart.
-- Who never agreed to marketing, not even by a word that nobody knows, is not covered, whenever and wherever it was sent.
-- order: 30
-- kind: view
-- last_given_at requires marketing_send.customer_id, marketing_send.channel, marketing_send.address, marketing_send.sent_at, consent.customer_id, consent.purpose, consent.channel, consent.address, consent.given_at
-- last_withdrawn_at requires marketing_send.customer_id, marketing_send.channel, marketing_send.address, marketing_send.sent_at, consent.customer_id, consent.purpose, consent.channel, consent.address, consent.withdrawn_at
-- withdrawn_elsewhere_at requires marketing_send.customer_id, marketing_send.channel, marketing_send.address, marketing_send.sent_at, consent.customer_id, consent.purpose, consent.channel, consent.address, consent.withdrawn_at
-- consent_unreadable requires consent.given_at
-- never_agreed requires marketing_send.customer_id, consent.customer_id, consent.purpose
-- never_agreed doubts consent.purpose where false
-- last_given_at doubts consent.purpose where consent_unreadable
-- last_withdrawn_at doubts consent.purpose where consent_unreadable
-- withdrawn_elsewhere_at doubts consent.purpose where consent_unreadable OR elsewhere_unreadable
-- last_given_at doubts consent.channel where channel_unknown
-- last_withdrawn_at doubts consent.channel where channel_unknown
-- withdrawn_elsewhere_at doubts consent.channel where elsewhere_channel_unknown
-- claims_soft_opt_in doubts marketing_send.basis
WITH send AS (
    SELECT
        *,
        CASE WHEN replace(lower(trim(channel)), '-', '') IN ('mail', 'email') THEN 'email' ELSE lower(trim(channel)) END AS sent_by,
        regexp_replace(replace(lower(trim(address)), ' ', ''), '^([+]45|0045)', '') AS sent_to
    FROM export_marketing_send
),
target AS (
    SELECT DISTINCT customer_id, sent_by, sent_to, sent_at
    FROM send
    WHERE customer_id IS NOT NULL AND sent_by IS NOT NULL AND sent_to IS NOT NULL AND sent_at IS NOT NULL
),
own AS (
    SELECT
        s.customer_id,
        s.sent_by,
        s.sent_to,
        s.sent_at,
        max(CASE WHEN c.channel = s.sent_by AND c.address = s.sent_to AND c.given_at <= s.sent_at THEN c.given_at END) AS last_given_at,
        max(CASE WHEN c.withdrawn_at <= s.sent_at THEN c.withdrawn_at END) AS last_withdrawn_at,
        bool_or(c.unreadable) AS consent_unreadable,
        bool_or(c.channel_unknown) AS channel_unknown
    FROM target AS s
    INNER JOIN marketing_consent AS c
        ON s.customer_id = c.customer_id AND coalesce(c.channel, s.sent_by) = s.sent_by AND coalesce(c.address, s.sent_to) = s.sent_to
    GROUP BY s.customer_id, s.sent_by, s.sent_to, s.sent_at
),
elsewhere AS (
    SELECT
        s.customer_id,
        s.sent_by,
        s.sent_to,
        s.sent_at,
        max(CASE WHEN c.withdrawn_at <= s.sent_at THEN c.withdrawn_at END) AS withdrawn_elsewhere_at,
        bool_or(c.unreadable) AS unreadable,
        bool_or(c.channel_unknown) AS channel_unknown
    FROM target AS s
    INNER JOIN marketing_consent AS c ON s.sent_to = c.address AND (s.sent_by = c.channel OR c.channel_unknown)
    WHERE c.customer_id <> s.customer_id
    GROUP BY s.customer_id, s.sent_by, s.sent_to, s.sent_at
)
SELECT
    t.*,
    t.customer_id IS NOT NULL AND a.customer_id IS NULL AS never_agreed,
    o.last_given_at,
    o.last_withdrawn_at,
    coalesce(o.consent_unreadable, false) AS consent_unreadable,
    coalesce(o.channel_unknown, false) AS channel_unknown,
    e.withdrawn_elsewhere_at,
    coalesce(e.channel_unknown, false) AS elsewhere_channel_unknown,
    coalesce(e.unreadable, false) AS elsewhere_unreadable,
    coalesce(replace(lower(trim(t.basis)), '-', '_') = '10_2', false) AS claims_soft_opt_in -- own customers, own similar products (markedsføringsloven § 10(2))
FROM send AS t
LEFT JOIN own AS o ON t.customer_id = o.customer_id AND t.sent_by = o.sent_by AND t.sent_to = o.sent_to AND t.sent_at = o.sent_at
LEFT JOIN elsewhere AS e ON t.customer_id = e.customer_id AND t.sent_by = e.sent_by AND t.sent_to = e.sent_to AND t.sent_at = e.sent_at
LEFT JOIN (SELECT DISTINCT customer_id FROM marketing_consent) AS a ON t.customer_id = a.customer_id
