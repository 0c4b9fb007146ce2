import type { Ports } from './ports.ts'

/** An account was opened: it has a subscription, unless it asked for one before. */
export const openSubscription =
  ({ subscriptions }: Ports) =>
  async (userId: string): Promise<void> => {
    await subscriptions.get(userId)
  }

/**
 * An account is gone. Its subscription ends and knows no card any more, nor credit, nor what was used; that it ended stays,
 * so that nothing that comes late opens it anew. Invoices and charges are kept, as the law wants accounts to be: they say what
 * was paid and when, and nothing of the person but an id that leads nowhere.
 */
export const eraseSubscriber =
  ({ subscriptions, credits, ledger, apart }: Ports) =>
  async (userId: string): Promise<void> => {
    // By itself: what is reserved at the same time either is refused, or is there when it is forgotten.
    await apart('leave', async () => {
      const subscription = await subscriptions.get(userId)
      subscription.leave()
      credits.forget(userId)
    })
    ledger.forget(userId)
  }
