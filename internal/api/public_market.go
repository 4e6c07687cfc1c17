package api

import (
	"context"
	"net/http"

	"qunyan/internal/core"
	"qunyan/internal/market"
)

// publicItem is goods as everybody sees them: what the shop has is a matter the village discloses, what it paid is in
// its accounts.
type publicItem struct {
	ID       core.ID     `json:"id"`
	Name     string      `json:"name"`
	Unit     string      `json:"unit"`
	Price    core.Points `json:"price"`
	Qty      int64       `json:"qty"`
	PhotoURL string      `json:"photo_url" doc:"'' if there is none"`
}

// itemPhotoURL is where everybody may see the goods' photo; "" if there is none. The photo's id is part of it, so a new
// photo has a new address.
func itemPhotoURL(village core.Area, it market.Item) string {
	if it.Photo == 0 {
		return ""
	}
	return prefix + "/public/villages/" + village.String() + "/items/" + it.ID.String() + "/photo?v=" + it.Photo.String()
}

const publicTag = "Public"

func (s *server) registerPublicMarket() {
	handle(s, spec{
		ID: "list-public-items", Method: http.MethodGet, Path: "/public/villages/{village}/items", Tag: publicTag, Auth: authPublic,
		Summary: "What stands on the shop's shelves, in the order of the names' pinyin", Detail: "At most 500; there are no pages.",
	}, func(ctx context.Context, _ core.Actor, in *InVillage) (*list[publicItem], error) {
		items, err := s.svc.Market.PublicItems(ctx, in.Village.Area)
		return listOf(items, "", func(it market.Item) publicItem {
			return publicItem{ID: it.ID, Name: it.Name, Unit: it.Unit, Price: it.Price, Qty: it.Qty, PhotoURL: itemPhotoURL(in.Village.Area, it)}
		}), err
	})
}
