--! no-transaction
-- Why: an operator looks for people by @username, in whatever case it was typed; without an index that reads every account.
-- Lock: none that anybody waits for: the index is built beside the work (concurrently), and waits itself for transactions that run.
-- Way back: drop the index; the search is slower. Broken off halfway it leaves an invalid index, which the next run drops first.

drop index concurrently if exists users_username;
create index concurrently users_username on users (lower(username)) where username is not null;
