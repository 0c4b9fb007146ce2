import { createClient } from '@connectrpc/connect'
import { PaymentPurpose } from '#gen/troupe/payment/v1/payment_pb.ts'
import { PaymentService } from '#gen/troupe/payment/v1/payment_service_pb.ts'
import type { Fields } from '../call.ts'
import { ofService, type Recipes, type Scene } from './recipe.ts'

const amount = { minorUnits: 500n, currency: 'EUR' }

const services = async ({ stage }: Scene) =>
  createClient(PaymentService, stage.transport(await stage.tokenFor('service:booking')))

/** Something the person may pay with; made as a context does, so that no limit of theirs is used up. */
const newMethod = async (scene: Scene, token = 'tok_4242'): Promise<string> => {
  const made = await (await services(scene)).registerPaymentMethod({ userId: scene.person.id, token })
  return made.paymentMethod?.id ?? ''
}

const newRequest = async (scene: Scene, token?: string) => ({
  paymentId: crypto.randomUUID(),
  purpose: { kind: PaymentPurpose.TOP_UP, id: crypto.randomUUID() },
  payerId: scene.person.id,
  amount,
  paymentMethodId: await newMethod(scene, token),
  description: 'A top-up',
})

const newPayment = async (scene: Scene, token?: string): Promise<Fields> => {
  const request = await newRequest(scene, token)
  await (await services(scene)).initiatePayment(request)
  // Else a few people would soon have as many methods as anybody may.
  const { paymentMethodId } = request
  await createClient(PaymentService, scene.stage.transport(scene.person.token)).removePaymentMethod({ paymentMethodId })
  return { paymentId: request.paymentId }
}

const paid = (scene: Scene) => newPayment(scene)
const refund = async (scene: Scene): Promise<Fields> => ({
  ...(await paid(scene)),
  refundId: crypto.randomUUID(),
  amount,
  reason: 'Asked for',
})

/** How to use payment rightly. */
export const paymentRecipes: Recipes = ofService('troupe.payment.v1.PaymentService', {
  InitiatePayment: {
    fields: (scene) => newRequest(scene),
    ids: { 'purpose.id': 'open', payer_id: 'open', payment_method_id: 'open' },
    isOnce: true,
  },
  ConfirmPayment: { fields: (scene) => newPayment(scene, 'tok_3220') },
  GetPayment: { fields: paid },
  GetUserPayment: { fields: paid, ids: { payment_id: 'open' } },
  FindPayment: { fields: paid },
  FindPaymentOfPurpose: {
    fields: async (scene) => {
      const request = await newRequest(scene)
      await (await services(scene)).initiatePayment(request)
      return { purpose: request.purpose }
    },
    ids: { 'purpose.id': 'open' },
  },
  ListPayments: {},
  ListUserPayments: { fields: ({ person }) => ({ userId: person.id }), ids: { user_id: 'open' } },
  RefundPayment: { fields: refund, ids: { refund_id: 'open' } },
  RefundUserPayment: { fields: refund, ids: { payment_id: 'open', refund_id: 'open' } },
  CancelPayment: { fields: () => ({ paymentId: crypto.randomUUID() }) },
  GetPaymentHistory: { fields: paid },
  GetUserPaymentHistory: { fields: paid, ids: { payment_id: 'open' } },
  CreatePaymentMethod: { fields: () => ({ token: 'tok_4242' }), ids: { token: 'open' } },
  RegisterPaymentMethod: {
    fields: ({ person }) => ({ userId: person.id, token: 'tok_4242' }),
    ids: { user_id: 'open', token: 'open' },
  },
  ListPaymentMethods: {},
  RemovePaymentMethod: { fields: async (scene) => ({ paymentMethodId: await newMethod(scene) }), isOnce: true },
  CreditBalance: {
    fields: ({ person }) => ({ creditId: crypto.randomUUID(), userId: person.id, amount }),
    ids: { credit_id: 'open', user_id: 'open' },
  },
  RequestPayout: {
    fields: async (scene) => {
      const credit = { creditId: crypto.randomUUID(), userId: scene.person.id, amount }
      await (await services(scene)).creditBalance(credit)
      return { amount, destination: 'acct_bank' }
    },
    isOnce: true,
  },
  ListPayouts: {},
  GetReconciliation: {
    fields: () => ({ from: { seconds: 1_700_000_000n, nanos: 0 }, to: { seconds: 1_700_086_400n, nanos: 0 } }),
  },
})
