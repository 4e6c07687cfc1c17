import { api } from '../../shared/api'
import { asked } from '../session/again'
import type { Fund, FundInput, Income, IncomeInput, Lot, Outlook, Page, Purse, Stock, StockSheet, StockSheetInput } from './model'

export const readPurse = (village: string, signal?: AbortSignal): Promise<Purse> =>
  asked(() => api.get('/villages/{village}/shop/purse', { path: { village }, signal }))

export const readOutlook = (village: string, signal?: AbortSignal): Promise<Outlook> =>
  asked(() => api.get('/villages/{village}/shop/outlook', { path: { village }, signal }))

export const listIncomes = (village: string, query: { cursor?: string; limit?: number }, signal?: AbortSignal): Promise<Page<Income>> =>
  asked(() => api.get('/villages/{village}/shop/incomes', { path: { village }, query, signal }))

export const recordIncome = (village: string, body: IncomeInput): Promise<Income> =>
  asked((key) => api.post('/villages/{village}/shop/incomes', { path: { village }, body, key }))

export const reverseIncome = (village: string, document: string, reason: string): Promise<Income> =>
  asked((key) => api.post('/villages/{village}/shop/incomes/reverse', { path: { village }, body: { document, reason }, key }))

export const createFund = (village: string, body: FundInput): Promise<Fund> =>
  asked((key) => api.post('/villages/{village}/shop/funds', { path: { village }, body, key }))

export const saveFund = (village: string, id: string, body: FundInput): Promise<Fund> =>
  asked((key) => api.put('/villages/{village}/shop/funds/{id}', { path: { village, id }, body, key }))

export const readStock = (village: string, signal?: AbortSignal): Promise<Stock> =>
  asked(() => api.get('/villages/{village}/stock', { path: { village }, signal }))

export const listDeliveries = (village: string, query: { cursor?: string; limit?: number }, signal?: AbortSignal): Promise<Page<Lot>> =>
  asked(() => api.get('/villages/{village}/deliveries', { path: { village }, query, signal }))

export const reverseDelivery = (village: string, id: string, reason: string): Promise<Lot> =>
  asked((key) => api.post('/villages/{village}/deliveries/{id}/reverse', { path: { village, id }, body: { reason }, key }))

export const listSheets = (village: string, query: { cursor?: string; limit?: number }, signal?: AbortSignal): Promise<Page<StockSheet>> =>
  asked(() => api.get('/villages/{village}/stock/sheets', { path: { village }, query, signal }))

export const proposeSheet = (village: string, body: StockSheetInput): Promise<StockSheet> =>
  asked((key) => api.post('/villages/{village}/stock/sheets', { path: { village }, body, key }))

export const confirmSheet = (village: string, id: string): Promise<StockSheet> =>
  asked((key) => api.post('/villages/{village}/stock/sheets/{id}/confirm', { path: { village, id }, key }))

export const withdrawSheet = (village: string, id: string): Promise<StockSheet> =>
  asked((key) => api.post('/villages/{village}/stock/sheets/{id}/withdraw', { path: { village, id }, key }))
