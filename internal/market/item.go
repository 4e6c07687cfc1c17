package market

import (
	"context"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/directory/reading"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// ItemState says whether goods stand on the shelf.
type ItemState string

// The states of goods. Hidden goods keep their stock and can be shown again.
const (
	ItemActive ItemState = "active"
	ItemHidden ItemState = "hidden"
)

// Bounds on goods.
const (
	MaxPrice    core.Points = 100_000
	MaxItems                = 500 // kinds in one shop, hidden ones too
	maxItemName             = 30
	maxUnit                 = 6
)

// Item is one kind of goods in a village's shop.
type Item struct {
	ID      core.ID     `json:"id"`
	Name    string      `json:"name"`
	Unit    string      `json:"unit"`
	Price   core.Points `json:"price"`
	Qty     int64       `json:"qty"`
	Cost    core.Fen    `json:"cost_fen"` // of all pieces in stock together
	Low     int64       `json:"low"`      // few enough to buy again
	Photo   core.ID     `json:"photo"`
	State   ItemState   `json:"state"`
	Fund    core.ID     `json:"fund"`    // restricted fund the goods are bought from; 0 for free money. It never changes
	Version int64       `json:"version"` // counts edits by people, not movements of stock
}

// ItemInput puts a new kind of goods on the shelf, with nothing in stock yet.
type ItemInput struct {
	Village core.Area
	Name    string
	Unit    string
	Price   core.Points
	Low     int64
	Photo   core.ID
	Fund    core.ID // restricted fund; its goods go to whom it allows
}

// ItemEdit changes what is set; Version is the one the editor saw.
type ItemEdit struct {
	Village core.Area
	ID      core.ID
	Version int64
	Name    *string
	Unit    *string
	Price   *core.Points
	Low     *int64
	Photo   *core.ID
	State   *ItemState
}

func (it *Item) check() error {
	it.Name, it.Unit = strings.Join(strings.Fields(it.Name), " "), strings.TrimSpace(it.Unit)
	switch {
	case it.Name == "" || runes(it.Name) > maxItemName:
		return errs.New(errs.Invalid, "market.bad_name", "most", maxItemName).At("name")
	case it.Unit == "" || runes(it.Unit) > maxUnit:
		return errs.New(errs.Invalid, "market.bad_unit", "most", maxUnit).At("unit")
	case it.Price < 1 || it.Price > MaxPrice:
		return errs.New(errs.Invalid, "market.bad_price", "most", MaxPrice).At("price")
	case it.Low < 0 || it.Low > core.MaxQty:
		return errs.New(errs.Invalid, "market.bad_low", "most", core.MaxQty).At("low")
	case it.State != ItemActive && it.State != ItemHidden:
		return errs.New(errs.Invalid, "market.bad_state").At("state")
	}
	return nil
}

// CreateItem puts a new kind of goods on the shelf. Two active kinds of one name are refused (market.name_used): a
// keeper could not tell them apart.
func (s *Service) CreateItem(ctx context.Context, by core.Actor, in ItemInput) (Item, error) {
	if err := access.Require(by, access.OpEditItems, in.Village); err != nil {
		return Item{}, err
	}
	item := Item{Name: in.Name, Unit: in.Unit, Price: in.Price, Low: in.Low, Photo: in.Photo, Fund: in.Fund, State: ItemActive, Version: 1}
	if err := item.check(); err != nil {
		return Item{}, err
	}
	now := s.clock.Now()
	var made Item
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		made, err = store.Once(ctx, tx, by, in.Village, now, func() (Item, error) {
			fresh := item
			fresh.ID = s.ids.Next()
			return fresh, s.createItem(ctx, tx, by, in.Village, fresh, now)
		})
		return err
	})
	return made, err
}

func (s *Service) createItem(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, item Item, now int64) error {
	if _, err := shopOf(ctx, tx, village); err != nil {
		return err
	}
	if item.Fund != 0 {
		fund, err := fundOf(ctx, tx, village, item.Fund)
		if err == nil && fund.State != FundOpen {
			err = errs.New(errs.Conflict, "market.fund_closed", "name", fund.Name)
		}
		if err != nil {
			return err
		}
	}
	kinds, err := countItems(ctx, tx, village)
	if err != nil {
		return err
	}
	if kinds >= MaxItems {
		return errs.New(errs.Conflict, "market.too_many_items", "most", MaxItems)
	}
	if err := placeItem(ctx, tx, village, item); err != nil {
		return err
	}
	if err := insertItem(ctx, tx, village, item, now); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, s.ids.Next(), now, audit.Entry{
		Area: village, Action: "market.create_item", Subject: "item", SubjectID: item.ID.String(), After: item,
	})
}

// placeItem checks what an item refers to: its name must be free and its photo uploaded in this village.
func placeItem(ctx context.Context, tx *store.Tx, village core.Area, item Item) error {
	if item.State == ItemActive {
		used, err := nameUsed(ctx, tx, village, item.Name, item.ID)
		if err != nil {
			return err
		}
		if used {
			return errs.New(errs.Conflict, "market.name_used", "name", item.Name).At("name")
		}
	}
	if item.Photo == 0 {
		return nil
	}
	attached, err := attachPhoto(ctx, tx, village, item.Photo, item.ID)
	if err == nil && !attached {
		err = errs.New(errs.Invalid, "market.no_photo").At("photo")
	}
	return err
}

// UpdateItem changes goods. It answers market.item_changed if somebody else changed them since the version the editor saw.
func (s *Service) UpdateItem(ctx context.Context, by core.Actor, in ItemEdit) (Item, error) {
	if err := access.Require(by, access.OpEditItems, in.Village); err != nil {
		return Item{}, err
	}
	now := s.clock.Now()
	var item Item
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		item, err = store.Once(ctx, tx, by, in.Village, now, func() (Item, error) {
			return s.updateItem(ctx, tx, by, in, now)
		})
		return err
	})
	return item, err
}

func (s *Service) updateItem(ctx context.Context, tx *store.Tx, by core.Actor, in ItemEdit, now int64) (Item, error) {
	before, err := itemOf(ctx, tx, in.Village, in.ID)
	if err != nil {
		return Item{}, err
	}
	after := in.apply(before)
	if err := after.check(); err != nil {
		return Item{}, err
	}
	if before.Version != in.Version {
		return Item{}, errs.New(errs.Conflict, "market.item_changed", "name", before.Name)
	}
	if err := placeItem(ctx, tx, in.Village, after); err != nil {
		return Item{}, err
	}
	if written, err := writeItem(ctx, tx, in.Village, after, in.Version, now); err != nil || !written {
		return Item{}, orElse(err, errs.New(errs.Conflict, "market.item_changed", "name", before.Name))
	}
	return after, audit.Write(ctx, tx, by, s.ids.Next(), now, audit.Entry{
		Area: in.Village, Action: "market.update_item", Subject: "item", SubjectID: in.ID.String(), Before: before, After: after,
	})
}

func (in ItemEdit) apply(item Item) Item {
	set(&item.Name, in.Name)
	set(&item.Unit, in.Unit)
	set(&item.Price, in.Price)
	set(&item.Low, in.Low)
	set(&item.Photo, in.Photo)
	set(&item.State, in.State)
	item.Version++
	return item
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// sortKey is the order of goods in every list.
func sortKey(name string) string { return reading.OfPlace(name).Sort() }

// Items lists the goods of a shop in the order of their names' pinyin; with all, hidden ones too.
func (s *Service) Items(ctx context.Context, by core.Actor, village core.Area, all bool) ([]Item, error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, err
	}
	return s.items(ctx, village, all)
}

// PublicItems lists what stands on the shelf, for everybody: the shop's stock is a matter the village discloses.
func (s *Service) PublicItems(ctx context.Context, village core.Area) ([]Item, error) {
	return s.items(ctx, village, false)
}

func (s *Service) items(ctx context.Context, village core.Area, all bool) (items []Item, err error) {
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		items, err = itemsOf(ctx, tx, village, all)
		return err
	})
	return items, err
}
