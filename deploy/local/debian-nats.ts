import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Archive, findArchives } from './apt-sources.ts'
import { privateApt, unpackPackage } from './private-apt.ts'

const download = async (folder: string, archive: Archive): Promise<string> => {
  const apt = privateApt(folder, [{ ...archive, suites: 'sid', components: 'main' }])
  await apt('update')
  await apt('download', 'nats-server')
  const packageFile = readdirSync(folder).find((name) => name.endsWith('.deb'))
  if (!packageFile) throw new Error(`apt-get download left no package (${archive.uris})`)
  await unpackPackage(join(folder, packageFile), join(folder, 'unpacked'))
  return join(folder, 'unpacked', 'usr', 'sbin', 'nats-server')
}

/**
 * Fetches nats-server from Debian sid, where it is recent enough and self-contained, and puts its program at `target`.
 * The system's apt and packages stay as they are; any user may do it.
 *
 * @throws AggregateError with what apt said of each of the machine's archives
 */
export const installNatsFromDebian = async (codename: string, target: string): Promise<void> => {
  mkdirSync(dirname(target), { recursive: true })
  const failures: unknown[] = []
  for (const archive of findArchives(codename)) {
    const folder = mkdtempSync(join(dirname(target), 'nats-'))
    try {
      // Renamed into place, so that nobody ever sees half a program.
      renameSync(await download(folder, archive), target)
      return
    } catch (error) {
      failures.push(error)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  const reasons = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)))
  throw new AggregateError(failures, reasons.join('\n') || 'no Debian archive is configured in /etc/apt')
}
