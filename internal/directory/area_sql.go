package directory

import "qunyan/internal/store"

const areaColumns = `a.code, a.parent, a.kind, a.name, a.short, a.sort, a.pinyin, a.initials`

const (
	areaSQL    = `SELECT ` + areaColumns + ` FROM area a WHERE a.code = $1`
	areasOfSQL = `SELECT ` + areaColumns + ` FROM area a WHERE a.parent = $1 ORDER BY a.sort, a.code`

	insertAreaSQL = `INSERT INTO area (code, parent, kind, name, short, pinyin, initials, sort) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (code) DO NOTHING`
	seedAreaSQL = `INSERT INTO area (code, parent, kind, name, short, pinyin, initials, sort) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (code) DO UPDATE SET kind = excluded.kind, name = excluded.name, short = excluded.short,
			pinyin = excluded.pinyin, initials = excluded.initials, sort = excluded.sort`
)

// searchVillagesSQL looks at every village of the county: a few hundred short rows.
const searchVillagesSQL = `SELECT a.code, a.name, a.short, t.code, t.name
	FROM area a JOIN area t ON t.code = a.parent
	WHERE a.kind IN ('village', 'community')
		AND (a.name LIKE $1 ESCAPE '\' OR a.short LIKE $1 ESCAPE '\'
			OR ' ' || a.pinyin LIKE $2 ESCAPE '\' OR ' ' || a.initials LIKE $2 ESCAPE '\' OR a.code BETWEEN $3 AND $4)
	ORDER BY CASE WHEN a.short LIKE $5 ESCAPE '\' OR a.pinyin LIKE $5 ESCAPE '\' THEN 0 ELSE 1 END, a.pinyin, a.code LIMIT $6`

func scanArea(r store.Row) (a Area, err error) {
	err = r.Scan(&a.Code, &a.Parent, &a.Kind, &a.Name, &a.Short, &a.Sort, &a.pinyin, &a.initials)
	return a, err
}
