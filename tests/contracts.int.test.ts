import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { breakingChanges, writeContractsOf } from '../deploy/local/contracts/breaking.ts'
import { compileContracts } from '../deploy/local/contracts/generate.ts'
import { contractProblems } from '../deploy/local/contracts/problems.ts'
import { root } from '../deploy/local/data-folder.ts'
import { structureProblems } from '../deploy/local/openapi/structure.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'troupe-contracts-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('every rpc says who may call it and what it does, every event what it belongs to', async () => {
  const registry = await compileContracts(folder)
  const services = [...registry].filter(({ kind, typeName }) => kind === 'service' && typeName.startsWith('troupe.'))
  expect(services.length).toBeGreaterThan(0)
  expect(contractProblems(registry)).toEqual([])
})

describe('contracts stay readable for who uses an earlier version', () => {
  test('of the last commit', async () => {
    // Before a commit that is HEAD; in a fresh clone HEAD is what is tested, and the one before it is the last.
    const { status } = spawnSync('git', ['diff', '--quiet', 'HEAD', '--', 'proto', 'proto-imports'], { cwd: root })
    const before = join(folder, 'before')
    const { missing } = await writeContractsOf(status === 0 ? 'HEAD~1' : 'HEAD', before)
    if (missing) console.log(`not compared: ${missing}`)
    expect(missing ? [] : await breakingChanges(before, folder)).toEqual([])
  })

  test('a change of type is found', async () => {
    const after = join(folder, 'after')
    for (const path of ['proto', 'proto-imports']) cpSync(join(root, path), join(after, path), { recursive: true })
    const file = join(after, 'proto/troupe/story/v1/story.proto')
    const contract = readFileSync(file, 'utf8')
    writeFileSync(file, contract.replace(/string (\w+) = 1;/, 'int32 $1 = 1;'))
    expect((await breakingChanges(root, folder, after)).join('\n')).toContain('changed type from "string" to "int32"')
    writeFileSync(file, contract)
    expect(await breakingChanges(root, folder, after)).toEqual([])
  })
})

describe('what is generated', () => {
  test('openapi.json is a valid document of what the gateway serves', () => {
    const document = JSON.parse(readFileSync(join(root, 'gen/openapi.json'), 'utf8'))
    expect(structureProblems(document)).toEqual([])
    expect(document.paths).toHaveProperty(['/troupe.story.v1.StoryService/CreateStory'])
    expect(document.paths).not.toHaveProperty(['/troupe.mesh.v1.MeshService/ReadEvents'])
  })

  test('descriptors.binpb has all files, without comments', () => {
    const descriptors = fromBinary(FileDescriptorSetSchema, readFileSync(join(root, 'gen/descriptors.binpb')))
    expect(descriptors.file.filter((file) => file.sourceCodeInfo)).toEqual([])
    expect(createFileRegistry(descriptors).getService('troupe.story.v1.StoryService')).toBeDefined()
  })
})
