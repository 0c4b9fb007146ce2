/** The right to do one kind of thing: `resource:action`. */
export class Permission {
  readonly id!: string
  name!: string
  description!: string
  /** The rpcs that ask for it. */
  rpcs!: string[]
  createdAt!: Date

  static make(init: Pick<Permission, 'id' | 'name' | 'description' | 'rpcs' | 'createdAt'>): Permission {
    return Object.assign(new Permission(), init)
  }
}

/** What a permission is about, and what it allows to do with it. */
export const partsOf = (name: string): { resource: string; action: string } => {
  const [resource = '', action = ''] = name.split(':')
  return { resource, action }
}
