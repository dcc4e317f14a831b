-- Consents to marketing as they are compared with sends: channels and addresses in one spelling, telephone numbers without
-- the Danish country code. A consent without a channel or an address covers none; its withdrawal holds for all.
-- One whose purpose is a word that nobody knows covers none either, and makes what rests on it unreadable. One whose channel
-- nobody knows may be for any.
-- order: 10
-- kind: view
SELECT
    customer_id,
    CASE
        WHEN replace(lower(trim(channel)), '-', '') IN ('mail', 'email') THEN 'email'
        WHEN coalesce(regexp_matches(_issues, '(^|;)channel=unknown_word'), false) THEN NULL
        ELSE lower(trim(channel))
    END AS channel,
    coalesce(regexp_matches(_issues, '(^|;)channel=unknown_word'), false) AS channel_unknown,
    regexp_replace(replace(lower(trim(address)), ' ', ''), '^([+]45|0045)', '') AS address,
    CASE WHEN purpose = 'markedsføring' THEN given_at END AS given_at,
    CASE WHEN purpose = 'markedsføring' THEN withdrawn_at END AS withdrawn_at,
    coalesce(regexp_matches(_issues, '(^|;)((given_at|withdrawn_at)=(unreadable|zero)|purpose=unknown_word)'), false) AS unreadable
FROM export_consent
WHERE purpose = 'markedsføring' OR coalesce(regexp_matches(_issues, '(^|;)purpose=unknown_word'), false)
