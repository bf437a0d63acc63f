import { Counter, Gauge } from 'prom-client'
import type { Resources } from '#shared/http/resources.ts'

export type ReconcileMetrics = {
  pendingAge: Gauge<'provider'>
  suspenseAge: Gauge
  unmatched: Gauge
  driftWallets: Gauge
  refundAge: Gauge
  lastSuccess: Gauge<'kind'>
  incomplete: Gauge<'part'>
  credited: Counter<'provider'>
  reversed: Counter<'provider'>
  failures: Counter<'provider'>
  objectsMissing: Gauge
  orphansRemoved: Counter<'bucket'>
}

const byResources = new WeakMap<Resources, ReconcileMetrics>()

const createReconcileMetrics = (resources: Resources): ReconcileMetrics => {
  const registers = [resources.metrics.registry]
  return {
    pendingAge: new Gauge({
      name: 'kopeika_payments_pending_age_seconds',
      help: 'Age of the oldest payment that is neither credited nor ended, after the last run; 0 = none',
      labelNames: ['provider'],
      registers,
    }),
    suspenseAge: new Gauge({
      name: 'kopeika_payments_suspense_age_seconds',
      help: 'Age of the oldest payment that waits for an operator; 0 = none',
      registers,
    }),
    unmatched: new Gauge({
      name: 'kopeika_payments_unmatched',
      help: "Lines in which the providers' books and ours do not agree",
      registers,
    }),
    driftWallets: new Gauge({
      name: 'kopeika_ledger_drift_wallets',
      help: 'Wallets that do not match the ledger, at the last look at the books',
      registers,
    }),
    lastSuccess: new Gauge({
      name: 'kopeika_reconcile_last_success_timestamp_seconds',
      help: 'When a run last ended that had read everything, without a failure',
      labelNames: ['kind'],
      registers,
    }),
    refundAge: new Gauge({
      name: 'kopeika_refunds_requested_age_seconds',
      help: 'Age of the oldest refund whose outcome is not known, after the last run; 0 = none',
      registers,
    }),
    incomplete: new Gauge({
      name: 'kopeika_reconcile_incomplete',
      help: '1: the last run did not read this book to its end',
      labelNames: ['part'],
      registers,
    }),
    credited: new Counter({
      name: 'kopeika_reconcile_credited_total',
      help: 'Payments credited that no webhook had brought',
      labelNames: ['provider'],
      registers,
    }),
    reversed: new Counter({
      name: 'kopeika_reconcile_reversed_total',
      help: 'Payments reversed that were refunded outside',
      labelNames: ['provider'],
      registers,
    }),
    failures: new Counter({
      name: 'kopeika_reconcile_failures_total',
      help: 'Runs in which a provider, or the object store, could not be compared',
      labelNames: ['provider'],
      registers,
    }),
    objectsMissing: new Gauge({
      name: 'kopeika_objects_missing',
      help: 'Objects that a row names and the object store does not have, at the last whole look at the buckets',
      registers,
    }),
    orphansRemoved: new Counter({
      name: 'kopeika_objects_orphans_removed_total',
      help: 'Objects older than a day removed since no row named them',
      labelNames: ['bucket'],
      registers,
    }),
  }
}

/** What this function measures beside its requests; made once for its registry. */
export const reconcileMetrics = (resources: Resources): ReconcileMetrics => {
  const metrics = byResources.get(resources) ?? createReconcileMetrics(resources)
  byResources.set(resources, metrics)
  return metrics
}
