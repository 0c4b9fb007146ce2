import { openBlobs } from '../infrastructure/blobs/open-blobs.ts'

const [folder = '', key = ''] = process.argv.slice(2)

/** Begins to put a blob, says so, and goes on for ever. */
async function* endless() {
  for (;;) {
    yield Buffer.alloc(300_000, 1)
    process.stdout.write('.')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

await openBlobs({ kind: 'folder', folder }).put(key, endless(), { contentType: 'audio/wav' })
