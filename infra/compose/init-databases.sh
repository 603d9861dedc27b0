#!/bin/bash
# Runs once, at the first start of PostgreSQL: one role and one database a service, each with its own password.
set -euo pipefail
for name in user order inventory payment; do
  password=$(cat "/secrets/$name/password")
  psql -v ON_ERROR_STOP=1 -v name="$name" -v password="$password" --username postgres --dbname postgres <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
