import { api } from '../../shared/api'
import { asked } from '../session/again'
import type { DaySummary, Item, Page, Receipt, Redemption, Shop, ShopInput } from './model'

export const readShop = (village: string, signal?: AbortSignal): Promise<Shop> =>
  asked(() => api.get('/villages/{village}/shop', { path: { village }, signal }))

export const saveShop = (village: string, body: ShopInput): Promise<Shop> =>
  asked((key) => api.put('/villages/{village}/shop', { path: { village }, body, key }))

export const grantFunds = (village: string, body: { amount_fen: number; document: string }): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/shop/grants', { path: { village }, body, key }))

export const listItems = async (village: string, signal?: AbortSignal): Promise<Item[]> =>
  (await asked(() => api.get('/villages/{village}/items', { path: { village }, query: { all: true }, signal }))).items

export interface ItemInput {
  name: string
  unit: string
  price: number
  low: number
  photo: string
  fund?: string
}

export const createItem = (village: string, body: ItemInput): Promise<Item> =>
  asked((key) => api.post('/villages/{village}/items', { path: { village }, body, key }))

export const updateItem = (village: string, id: string, body: Partial<ItemInput> & { version: number; state?: 'active' | 'hidden' }): Promise<Item> =>
  asked((key) => api.patch('/villages/{village}/items/{id}', { path: { village, id }, body, key }))

export const receiveGoods = (village: string, id: string, body: Receipt): Promise<Item> =>
  asked((key) => api.post('/villages/{village}/items/{id}/receive', { path: { village, id }, body, key }))

export const listRedemptions = (village: string, query: { day?: number; household?: string; cursor?: string; limit?: number }, signal?: AbortSignal): Promise<Page<Redemption>> =>
  asked(() => api.get('/villages/{village}/redemptions', { path: { village }, query, signal }))

export const voidRedemption = (village: string, id: string, reason: string): Promise<Redemption> =>
  asked((key) => api.post('/villages/{village}/redemptions/{id}/void', { path: { village, id }, body: { reason }, key }))

export const daySummary = (village: string, day: number, signal?: AbortSignal): Promise<DaySummary> =>
  asked(() => api.get('/villages/{village}/redemptions/summary', { path: { village }, query: { day }, signal }))
