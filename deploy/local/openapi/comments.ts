import type { DescEnum, DescEnumValue, DescField, DescMessage, DescMethod, DescService } from '@bufbuild/protobuf'
import { getComments } from '@bufbuild/protoplugin'

type Commented = DescService | DescMethod | DescMessage | DescField | DescEnum | DescEnumValue

/** What the proto file says about an element, before and after it; empty when it says nothing. */
export const commentOf = (element: Commented): string => {
  const { leading, trailing } = getComments(element)
  return paragraphs([leading, trailing].map((text) => text?.replace(/^ /gm, '').trim()))
}

/** Joins what is there, as Markdown paragraphs. */
export const paragraphs = (texts: readonly (string | undefined)[]): string => texts.filter(Boolean).join('\n\n')

/** A description property, if there is anything to say. */
export const described = (text: string): { description?: string } => (text ? { description: text } : {})
