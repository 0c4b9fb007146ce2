/** `(troupe.mesh.v1.access)`, as protobuf JSON. */
export interface AccessOption {
  audience?: string
  permission?: string
  roles?: string[]
  sessionOnly?: boolean
}

/** `(troupe.mesh.v1.rate_limit)`, as protobuf JSON. */
export interface RateLimitOption {
  name?: string
  limit?: number
  window?: string
  scope?: string
}

/** `(troupe.mesh.v1.event)`, as protobuf JSON. */
export interface EventOption {
  aggregate?: string
}

/** Limits of a number, or of a duration (`3600s`); 64-bit numbers are strings. */
export interface Bounds<T extends number | string = number | string> {
  lt?: T
  lte?: T
  gt?: T
  gte?: T
}

export interface StringRules {
  minLen?: string
  maxLen?: string
  maxBytes?: string
  pattern?: string
  in?: string[]
  email?: boolean
  uri?: boolean
  uuid?: boolean
}

/** `(buf.validate.field)`, as protobuf JSON. */
export interface FieldRules {
  required?: boolean
  ignore?: string
  cel?: { message?: string }[]
  string?: StringRules
  bytes?: { minLen?: string; maxLen?: string }
  int32?: Bounds<number>
  int64?: Bounds<string>
  double?: Bounds<number> & { finite?: boolean }
  enum?: { definedOnly?: boolean; in?: number[]; notIn?: number[] }
  repeated?: { minItems?: string; maxItems?: string; unique?: boolean; items?: FieldRules }
  duration?: Bounds<string>
}
