#!/bin/sh
# `npm run admin` in a container of docker-compose.yml: hands it the secrets that the service has, by the names of its environment.
set -eu
folder=${SECRETS_DIR:-/run/secrets}

# give <variable> <secret>: nothing where the service has no such secret
give() {
  [ -e "$folder/$2" ] || return 0
  value=$(cat "$folder/$2")
  export "$1=$value"
}

give DATABASE_URL database-owner-url
give APP_DATABASE_URL database-url
give BACKUP_DATABASE_URL backup-database-url
give TELEGRAM_WEBHOOK_SECRET telegram-webhook-secret
give S3_ACCESS_KEY s3-access-key
give S3_SECRET_KEY s3-secret-key
give BACKUP_S3_ACCESS_KEY backup-s3-access-key
give BACKUP_S3_SECRET_KEY backup-s3-secret-key
# the client with every scope
export CLIENT_ID=client
CLIENT_SECRET=$(node -p 'JSON.parse(fs.readFileSync(process.argv[1])).clients.find(({ id }) => id === "client").keys[0]' "$folder/api-clients")
export CLIENT_SECRET SIGNING_KEY_FILE="$folder/signing-key" RECOVERY_KEY_FILE="$folder/backup-identity"

exec node scripts/admin.ts "$@"
