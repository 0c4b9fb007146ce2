/** Which part of a list is wanted. */
export interface Page {
  size: number
  token: string
}

/** A part of a list, and where the next one begins. */
export interface Paged<T> {
  items: T[]
  /** Empty on the last page. */
  nextPageToken: string
}
