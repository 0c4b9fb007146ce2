import { createClient } from '@connectrpc/connect'
import { AccessService } from '#gen/troupe/access/v1/access_service_pb.ts'
import { ofService, type Recipes, type Scene } from './recipe.ts'

const client = async ({ stage }: Scene) => createClient(AccessService, stage.transport(await stage.operatorToken()))

// Every word of a role's name begins with a letter or a digit; a permission's parts begin with a letter.
const someName = () => `role-${crypto.randomUUID()}`
const somePermission = () => `thing:a${crypto.randomUUID()}`

/** A role that grants nothing, so that everybody who assigns roles may assign it. */
const newRole = async (scene: Scene): Promise<string> => {
  const { role } = await (await client(scene)).createRole({ name: someName() })
  return role?.name ?? ''
}

const newPermission = async (scene: Scene): Promise<string> => {
  const name = somePermission()
  await (await client(scene)).createPermission({ name })
  return name
}

const question = ({ person }: Scene) => ({ userId: person.id, resource: 'story', action: 'create' })

/** How to use AccessService rightly. Ids in it are those of users that operators and services ask about. */
export const accessRecipes: Recipes = ofService('troupe.access.v1.AccessService', {
  CreateRole: { fields: () => ({ name: someName() }) },
  ListRoles: {},
  CreatePermission: { fields: () => ({ name: somePermission() }) },
  ListPermissions: { fields: () => ({ resource: 'story' }) },
  GrantPermission: {
    fields: async (scene) => ({ role: await newRole(scene), permission: await newPermission(scene) }),
  },
  RevokePermission: {
    fields: async (scene) => {
      const [role, permission] = [await newRole(scene), await newPermission(scene)]
      await (await client(scene)).grantPermission({ role, permission })
      return { role, permission }
    },
  },
  AssignRole: { fields: async (scene) => ({ userId: scene.person.id, role: await newRole(scene) }) },
  UnassignRole: {
    fields: async (scene) => {
      const held = { userId: scene.person.id, role: await newRole(scene) }
      await (await client(scene)).assignRole(held)
      return held
    },
  },
  StandDown: { fields: ({ person }) => ({ userId: person.id, accountVersion: 1 }) },
  CheckAccess: { fields: question },
  BatchCheckAccess: { fields: (scene) => ({ checks: [question(scene)] }) },
  ExplainAccess: { fields: question },
  ListMyPermissions: {},
  ListAuditLog: { fields: (scene) => ({ userId: scene.person.id, actor: '', role: '' }) },
  VerifyAuditLog: {},
})
