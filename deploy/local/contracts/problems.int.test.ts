import { beforeAll, describe, expect, test } from 'vitest'
import { compileSources } from './compile-source.ts'
import { accessProblems, commentProblems, contractProblems, eventProblems } from './problems.ts'

const head = (name: string) => `
  syntax = "proto3";
  package ${name};
  import "troupe/mesh/v1/options.proto";
`

const service = `${head('troupe.play.v1')}
// Plays.
service PlayService {
  // Has an audience.
  rpc Watch(Play) returns (Play) { option (troupe.mesh.v1.access) = { audience: AUDIENCE_PUBLIC }; }
  // Has a permission.
  rpc Write(Play) returns (Play) { option (troupe.mesh.v1.access) = { permission: "play:write" roles: ["member"] }; }
  // Has no option.
  rpc Open(Play) returns (Play);
  // Has roles and nothing they would be for.
  rpc Grant(Play) returns (Play) { option (troupe.mesh.v1.access) = { roles: ["member"] }; }
  // Has an audience that says nothing.
  rpc Vague(Play) returns (Play) { option (troupe.mesh.v1.access) = { audience: AUDIENCE_UNSPECIFIED }; }
  // Has an empty permission.
  rpc Empty(Play) returns (Play) { option (troupe.mesh.v1.access) = { permission: "" }; }

  rpc Silent(Play) returns (Play) {
    // Not before it.
    option (troupe.mesh.v1.access) = { audience: AUDIENCE_PUBLIC };
  }
  //
  rpc Blank(Play) returns (Play) { option (troupe.mesh.v1.access) = { audience: AUDIENCE_INTERNAL }; }
}
message Play {}
`

const events = `${head('troupe.play.v1')}
message PlayOpened {
  option (troupe.mesh.v1.event) = { aggregate: "Play" retention: RETENTION_AUDIT };
  Stage stage = 1;
}
message PlayClosed { option (troupe.mesh.v1.event) = { retention: RETENTION_AUDIT }; }
message PlayMoved {}
message Stage { message Nested {} }
`

const foreign = `${head('other.v1')}
service OtherService { rpc Do(Nothing) returns (Nothing); }
message Nothing {}
`

const compile = () =>
  compileSources({
    'troupe/play/v1/play_service.proto': service,
    'troupe/play/v1/play_events.proto': events,
    'other/v1/other_events.proto': foreign,
  })

describe('contracts that do not say what they must', () => {
  let registry: Awaited<ReturnType<typeof compile>>
  beforeAll(async () => {
    registry = await compile()
  })

  test('rpcs without an access option, or with one that sets no rule', () => {
    expect(accessProblems(registry)).toEqual([
      'troupe.play.v1.PlayService.Open: has no (troupe.mesh.v1.access)',
      'troupe.play.v1.PlayService.Grant: its (troupe.mesh.v1.access) has neither an audience nor a permission',
      'troupe.play.v1.PlayService.Vague: its (troupe.mesh.v1.access) has neither an audience nor a permission',
      'troupe.play.v1.PlayService.Empty: its (troupe.mesh.v1.access) has neither an audience nor a permission',
    ])
  })

  test('events without an aggregate, or not marked as events', () => {
    expect(eventProblems(registry)).toEqual([
      'troupe.play.v1.PlayClosed: its (troupe.mesh.v1.event) has no aggregate',
      'troupe.play.v1.PlayMoved: has no (troupe.mesh.v1.event)',
    ])
  })

  test('rpcs without a comment before them', () => {
    expect(commentProblems(registry)).toEqual([
      'troupe.play.v1.PlayService.Silent: has no comment before it',
      'troupe.play.v1.PlayService.Blank: has no comment before it',
    ])
  })

  test('all of these together', () => {
    expect(contractProblems(registry)).toHaveLength(8)
  })
})
