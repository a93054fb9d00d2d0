-- The roles of a Supabase project, as far as a school meets them. Safe to run again.
do $$
declare
  wanted record;
begin
  -- Two databases may be made at the same time.
  perform pg_advisory_xact_lock(hashtext('roles'));
  for wanted in
    select * from (values
      ('anon', 'nologin noinherit'),
      ('authenticated', 'nologin noinherit'),
      ('service_role', 'nologin noinherit bypassrls'),
      ('authenticator', 'login noinherit'),
      ('supabase_auth_admin', 'login noinherit createrole'),
      -- Who runs the migrations: called postgres, and no superuser. It passes row-level security by.
      ('postgres', 'login createdb createrole replication bypassrls nosuperuser')
    ) as roles(name, rights)
    where not exists (select from pg_roles where rolname = roles.name)
  loop
    execute format('create role %I %s', wanted.name, wanted.rights);
  end loop;
end
$$;

grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role to postgres with admin option;

-- The REST server's requests are cut off after this.
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role supabase_auth_admin set search_path to auth;
