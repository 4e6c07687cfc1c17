// Package reading turns Chinese names into the pinyin people search and sort by.
//
// A character's commonest reading is often wrong for a surname (单 is Shan, 仇 is Qiu), and families differ (覃 is Qin or
// Tan), so a name has one main reading, by which lists are ordered, and several that a search may hit. The tables here
// override the dictionary; a character that neither knows stands for itself.
package reading
