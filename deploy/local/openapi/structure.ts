type Node = Record<string, unknown>

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value)
const nodes = (value: unknown): [string, Node][] =>
  isNode(value) ? Object.entries(value).filter((entry): entry is [string, Node] => isNode(entry[1])) : []
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

const types = ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']
const keywords = new Set(
  (
    '$ref type format description properties required allOf anyOf oneOf not items additionalProperties enum const ' +
    'pattern minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum minItems maxItems uniqueItems ' +
    'contentEncoding examples deprecated'
  ).split(' '),
)

/** What makes a document no valid OpenAPI 3.1, as far as our generator could get it wrong; a line each. */
export const structureProblems = (document: unknown): string[] => {
  const problems: string[] = []
  const must = (holds: unknown, where: string, what: string) => {
    if (!holds) problems.push(`${where}: ${what}`)
  }

  const resolve = (ref: string): unknown => {
    if (!ref.startsWith('#/')) return undefined
    const steps = ref.slice(2).split('/')
    const decoded = steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    return decoded.reduce<unknown>(
      (node, step) => (isNode(node) && Object.hasOwn(node, step) ? node[step] : undefined),
      document,
    )
  }
  const follow = (node: Node): Node => {
    const target = typeof node.$ref === 'string' ? resolve(node.$ref) : node
    return isNode(target) ? target : {}
  }

  const used = new Set<string>()
  const checkRefs = (node: unknown, where: string): void => {
    for (const [key, value] of Array.isArray(node) ? node.entries() : isNode(node) ? Object.entries(node) : []) {
      if (key === '$ref' && typeof value === 'string') {
        used.add(value)
        must(resolve(value) !== undefined, where, `${value} does not resolve`)
      }
      checkRefs(value, `${where}/${key}`)
    }
  }

  const checkSchema = (schema: unknown, where: string): void => {
    if (!isNode(schema)) {
      must(typeof schema === 'boolean', where, 'is no schema')
      return
    }
    for (const key of Object.keys(schema)) must(keywords.has(key), where, `unknown keyword ${key}`)
    must(schema.type === undefined || types.includes(String(schema.type)), where, `unknown type ${schema.type}`)
    const properties = isNode(schema.properties) ? schema.properties : {}
    if (schema.properties !== undefined) {
      for (const name of list(schema.required))
        must(Object.hasOwn(properties, String(name)), where, `no property ${name}`)
    }
    const choices = list(schema.enum)
    must(schema.enum === undefined || choices.length > 0, where, 'has an empty enum')
    must(new Set(choices).size === choices.length, where, 'has a value twice in its enum')
    if (schema.type === 'array') must(isNode(schema.items), where, 'is an array of nothing')
    if (schema.pattern !== undefined) must(isPattern(schema.pattern), where, `${schema.pattern} is no pattern`)
    for (const [least, most] of bounds) {
      const [low, high] = [schema[least] ?? -Infinity, schema[most] ?? Infinity]
      must(Number(low) <= Number(high), where, `${least} is above ${most}`)
    }
    for (const [name, property] of Object.entries(properties)) checkSchema(property, `${where}/properties/${name}`)
    for (const key of ['allOf', 'anyOf', 'oneOf']) {
      must(schema[key] === undefined || list(schema[key]).length > 0, where, `has an empty ${key}`)
      for (const [index, part] of list(schema[key]).entries()) checkSchema(part, `${where}/${key}/${index}`)
    }
    for (const key of ['items', 'not', 'additionalProperties']) {
      if (schema[key] !== undefined) checkSchema(schema[key], `${where}/${key}`)
    }
  }

  const checkContent = (content: unknown, where: string): void => {
    must(nodes(content).length > 0, where, 'has no content')
    for (const [type, media] of nodes(content)) checkSchema(media.schema, `${where}/${type}`)
  }

  const checkParameter = (parameter: Node, where: string): void => {
    must(parameter.name, where, 'has no name')
    must(['query', 'header', 'path', 'cookie'].includes(String(parameter.in)), where, `cannot be in ${parameter.in}`)
    must((parameter.schema === undefined) !== (parameter.content === undefined), where, 'needs a schema or a content')
    if (parameter.schema !== undefined) checkSchema(parameter.schema, where)
    if (parameter.content !== undefined) checkContent(parameter.content, where)
  }

  if (!isNode(document)) return ['the document is no object']
  const components = isNode(document.components) ? document.components : {}
  const info = isNode(document.info) ? document.info : {}
  must(/^3\.1\.\d+$/.test(String(document.openapi)), 'openapi', 'is not 3.1')
  must(info.title && info.version, 'info', 'needs a title and a version')
  checkRefs(document, '#')

  const ids = new Set<unknown>()
  const tags = new Set(list(document.tags).map((tag) => isNode(tag) && tag.name))
  must(nodes(document.paths).length > 0, 'paths', 'has none')
  for (const [path, item] of nodes(document.paths)) {
    must(path.startsWith('/'), path, 'does not start with a slash')
    for (const [verb, operation] of nodes(item)) {
      const where = `${verb} ${path}`
      must(['get', 'post'].includes(verb), where, 'is no verb of ours')
      must(operation.operationId && !ids.has(operation.operationId), where, 'has no operationId of its own')
      ids.add(operation.operationId)
      for (const tag of list(operation.tags)) must(tags.has(String(tag)), where, `unknown tag ${tag}`)
      for (const scheme of list(operation.security).flatMap((entry) => Object.keys(entry as Node))) {
        must(
          isNode(components.securitySchemes) && components.securitySchemes[scheme],
          where,
          `unknown scheme ${scheme}`,
        )
      }
      const parameters = list(operation.parameters).filter(isNode).map(follow)
      for (const parameter of parameters) checkParameter(parameter, where)
      const names = parameters.map((parameter) => `${parameter.in} ${parameter.name}`)
      must(new Set(names).size === names.length, where, 'has a parameter twice')
      must(verb !== 'get' || operation.requestBody === undefined, where, 'has a body')
      if (isNode(operation.requestBody)) checkContent(operation.requestBody.content, where)
      must(nodes(operation.responses).length > 0, where, 'has no response')
      for (const [status, response] of nodes(operation.responses)) {
        must(/^([1-5]\d\d|default)$/.test(status), where, `${status} is no status`)
        must(follow(response).description, `${where} ${status}`, 'has no description')
        checkContent(follow(response).content, `${where} ${status}`)
      }
    }
  }
  for (const [kind, entries] of nodes(components)) {
    for (const [name, component] of nodes(entries)) {
      must(/^[A-Za-z0-9._-]+$/.test(name), name, 'is no name for a component')
      if (kind === 'schemas') checkSchema(component, name)
      if (kind !== 'securitySchemes') must(used.has(`#/components/${kind}/${name}`), name, 'is used nowhere')
    }
  }
  return problems
}

const bounds = [
  ['minimum', 'maximum'],
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
] as const

const isPattern = (pattern: unknown): boolean => {
  try {
    return typeof pattern === 'string' && new RegExp(pattern, 'u') instanceof RegExp
  } catch {
    return false
  }
}
