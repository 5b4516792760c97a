-- a copy of a database must never write to a debtor
UPDATE dunning_whatsapp_account
   SET mode = 'off',
       token = NULL,
       app_secret = NULL,
       verify_token = NULL,
       webhook_key = 'neutralized-' || id;
UPDATE dunning_message
   SET state = 'cancelled',
       reason_codes = 'neutralized'
 WHERE state IN ('proposed', 'approval', 'waiting', 'queued', 'sending');
UPDATE dunning_message_line l
   SET live = FALSE
  FROM dunning_message m
 WHERE m.id = l.message_id
   AND m.state = 'cancelled';
