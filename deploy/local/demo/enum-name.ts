import type { DescEnum } from '@bufbuild/protobuf'

/** The name of an enum's value for people, e.g. `published` for STORY_STATUS_PUBLISHED. */
export const enumName = (type: DescEnum, value: number): string =>
  type.value[value]?.localName.toLowerCase() ?? String(value)
