export interface Page {
  size: number
  token: string
}

export interface Paged<T> {
  items: T[]
  nextPageToken: string
}
