// Package market is a village's points supermarket (积分超市): its settings, the county's money in its fund, goods
// received and priced, and their redemption for points.
//
// What it promises:
//   - A redemption is one transaction: the household's points, the goods on the shelf and what they cost move together
//     in the village's book, under one slip number, or nothing moves.
//   - Stock never goes below zero and its cost reaches exactly zero with the last piece.
//   - Money is never taken for goods and points never become money (domain.md §5, R9 and R10): the fund only buys stock,
//     and stock only leaves for points.
//   - Nobody serves their own household, and nobody voids a redemption they made themselves.
//
// Points are whole points, money is whole fen, quantities are whole pieces.
package market
