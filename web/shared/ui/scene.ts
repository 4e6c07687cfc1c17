/** What stands in front of the hills on an empty page. */
export type Subject = 'flock' | 'book' | 'notice' | 'store' | 'search' | 'card' | 'done'
