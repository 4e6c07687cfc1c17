package store

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"

	"qunyan/internal/core"
)

// driverValue is an argument as a driver takes it: int64, string or bytes. The cases name what statements are full of;
// reflection is for the rest, such as a package's own string type.
func driverValue(a any) (driver.Value, error) {
	switch v := a.(type) {
	case int64, string, []byte:
		return v, nil
	case int:
		return int64(v), nil
	case core.ID:
		return int64(v), nil
	case core.Area:
		return int64(v), nil
	case core.Points:
		return int64(v), nil
	case core.Fen:
		return int64(v), nil
	case core.Day:
		return int64(v), nil
	case core.Month:
		return int64(v), nil
	}
	switch v := reflect.ValueOf(a); v.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return int64(v.Uint()), nil
	case reflect.String:
		return v.String(), nil
	}
	return nil, fmt.Errorf("store: an argument of type %T", a)
}

// scanValues copies a row's values into what dest points to.
func scanValues[V any](values []V, dest []any) error {
	if len(values) != len(dest) {
		return fmt.Errorf("store: %d columns into %d variables", len(values), len(dest))
	}
	for i, v := range values {
		if err := scanValue(v, dest[i]); err != nil {
			return fmt.Errorf("store: column %d: %w", i, err)
		}
	}
	return nil
}

func scanValue(v any, dest any) error {
	if s, ok := dest.(sql.Scanner); ok {
		return s.Scan(v)
	}
	switch v := v.(type) {
	case int64:
		return scanInt(v, dest)
	case string:
		return scanText(v, dest)
	case []byte:
		if d, ok := dest.(*[]byte); ok {
			*d = append([]byte{}, v...) // the driver's bytes are gone with the row
			return nil
		}
	}
	return fmt.Errorf("%T does not go into %T", v, dest)
}

func scanInt(v int64, dest any) error {
	switch d := dest.(type) {
	case *int64:
		*d = v
	case *int:
		*d = int(v)
	case *core.ID:
		*d = core.ID(v)
	case *core.Area:
		*d = core.Area(v)
	case *core.Points:
		*d = core.Points(v)
	case *core.Fen:
		*d = core.Fen(v)
	case *core.Day:
		*d = core.Day(v)
	default:
		to := reflect.ValueOf(dest)
		if to.Kind() != reflect.Pointer || !to.Elem().CanInt() {
			return fmt.Errorf("a number does not go into %T", dest)
		}
		if to.Elem().OverflowInt(v) {
			return fmt.Errorf("%d is too large for %T", v, dest)
		}
		to.Elem().SetInt(v)
	}
	return nil
}

func scanText(v string, dest any) error {
	switch d := dest.(type) {
	case *string:
		*d = v
	default:
		to := reflect.ValueOf(dest)
		if to.Kind() != reflect.Pointer || to.Elem().Kind() != reflect.String {
			return fmt.Errorf("text does not go into %T", dest)
		}
		to.Elem().SetString(v)
	}
	return nil
}
