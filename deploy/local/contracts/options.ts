import {
  type DescField,
  type DescMessage,
  type DescMethod,
  type DescOneof,
  type FileRegistry,
  getOption,
  hasOption,
  toJson,
} from '@bufbuild/protobuf'
import type { AccessOption, EventOption, FieldRules, RateLimitOption } from './option-types.ts'

type Idempotency = 'IDEMPOTENCY_UNSPECIFIED' | 'IDEMPOTENCY_WITHHELD' | 'IDEMPOTENCY_NONE'

/** Reads what contracts say by options; undefined where an option is not set. */
export interface ContractOptions {
  access(method: DescMethod): AccessOption | undefined
  rateLimit(method: DescMethod): RateLimitOption | undefined
  idempotency(method: DescMethod): Idempotency | undefined
  event(message: DescMessage): EventOption | undefined
  fieldRules(field: DescField): FieldRules | undefined
  oneofRules(oneof: DescOneof): { required?: boolean } | undefined
}

/**
 * Finds the options by name among the files themselves, and not by code from gen/: that is made with this, and may
 * not be there yet.
 */
export const contractOptions = (registry: FileRegistry): ContractOptions => {
  const reader =
    <Value>(name: string) =>
    (element: DescMethod | DescMessage | DescField | DescOneof): Value | undefined => {
      const option = registry.getExtension(name)
      if (!option || !hasOption(element, option)) return undefined
      const value: unknown = getOption(element, option)
      if (option.enum) return option.enum.value[value as number]?.name as Value
      return toJson(option.message!, value as Parameters<typeof toJson>[1], { registry }) as Value
    }
  return {
    access: reader('troupe.mesh.v1.access'),
    rateLimit: reader('troupe.mesh.v1.rate_limit'),
    idempotency: reader('troupe.mesh.v1.idempotency'),
    event: reader('troupe.mesh.v1.event'),
    fieldRules: reader('buf.validate.field'),
    oneofRules: reader('buf.validate.oneof'),
  }
}
