import moleculer from 'moleculer'
import { answer } from '../answers.ts'

// The calling Moleculer node, beside the load.

const [natsUrl] = process.argv.slice(2)
const broker = new moleculer.ServiceBroker({ nodeID: 'load', transporter: natsUrl, logger: false })
await broker.start()
await broker.waitForServices('pages', 20_000)

const run = async ({ action, inputs, callers, seconds }) => {
  let count = 0
  const began = performance.now()
  const end = began + seconds * 1000
  const caller = async () => {
    while (performance.now() < end) {
      const page = await broker.call(action, inputs[count % inputs.length])
      if (page?.content?.length !== 1024) throw new Error(`${action} answered no whole page`)
      count += 1
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return { perSecond: (count * 1000) / (performance.now() - began), count }
}

answer(undefined, { run })
