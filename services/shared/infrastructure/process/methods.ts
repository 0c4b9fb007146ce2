import type { DescMethodUnary } from '@bufbuild/protobuf'
import type { AnyProcess } from '../../application/process.ts'

/** The path of an rpc, as it stands in a command's row. */
export const methodPath = (method: DescMethodUnary): string => `/${method.parent.typeName}/${method.name}`

/** Finds what stands in a row among the processes that are run here. Throws for what none of them declares. */
export class ProcessRegistry {
  readonly names: readonly string[]
  private readonly processes: ReadonlyMap<string, AnyProcess>
  private readonly methods: ReadonlyMap<string, DescMethodUnary>

  constructor(processes: readonly AnyProcess[]) {
    this.names = processes.map(({ name }) => name)
    this.processes = new Map(processes.map((process) => [process.name, process]))
    const methods = processes.flatMap(({ commands }) => commands as readonly DescMethodUnary[])
    this.methods = new Map(methods.map((method) => [methodPath(method), method]))
    if (this.processes.size < processes.length) throw new Error('two processes have the same name')
  }

  process(name: string): AnyProcess {
    const found = this.processes.get(name)
    if (!found) throw new Error(`no process ${name} is run here`)
    return found
  }

  method(path: string): DescMethodUnary {
    const found = this.methods.get(path)
    if (!found) throw new Error(`no process declares the command ${path}`)
    return found
  }
}
