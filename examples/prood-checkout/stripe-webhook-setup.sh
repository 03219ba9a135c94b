#!/bin/sh
# Registers the checkout with a tenant's Stripe account, and seals the signing secret, which Stripe
# shows once. Needs curl, jq and the `webhook` command.
#
#   STRIPE_API_KEY=sk_… ./stripe-webhook-setup.sh https://checkout.example.com org_abc123 DATA
set -eu
url=$1 org=$2 data=$3

set --
for type in \
    checkout.session.completed checkout.session.expired \
    checkout.session.async_payment_succeeded checkout.session.async_payment_failed \
    payment_intent.succeeded payment_intent.payment_failed payment_intent.canceled \
    payment_intent.processing payment_intent.amount_capturable_updated \
    charge.refunded refund.created; do
    set -- "$@" -d "enabled_events[]=$type"
done

# The key comes from stdin: arguments are visible to every user of the machine.
printf 'user = "%s:"\n' "$STRIPE_API_KEY" |
    curl --fail --silent --show-error --config - "${STRIPE_API:-https://api.stripe.com}/v1/webhook_endpoints" \
        -d "url=$url/api/webhooks/stripe/$org" "$@" |
    jq --raw-output --join-output ".secret // empty" |
    webhook secrets put stripe "$org" --keys "$data/keys.txt" --store "sqlite:$data/checkout.db"
