-- How Supabase hands over a database: postgres owns it, and whatever postgres makes in public is open to every
-- role of the API. A migration that wants less has to take it away.
create schema extensions authorization postgres;
grant usage on schema extensions to anon, authenticated, service_role;
create extension pgcrypto with schema extensions;

grant all on schema public to postgres;
grant usage on schema public to anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;

-- What the auth server makes belongs to it. The platform owns the schema, and postgres makes nothing in it.
create schema auth authorization supabase_admin;
grant all on schema auth to supabase_auth_admin;
grant usage on schema auth to postgres, anon, authenticated, service_role;

-- Which of the school's migrations have run in this database, and as what.
create schema migrated authorization postgres;
create table migrated.files (name text primary key, sql text not null);
alter table migrated.files owner to postgres;
