package market_test

import (
	"context"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/market"
	"qunyan/internal/store"
)

// Goods stand on a public page, so their picture is one that staff took; what a household sent with its card is for its
// claim alone.
func TestGoodsTakeNoPictureThatAHouseholdSent(t *testing.T) {
	s := setUp(t)
	photo := func(kind core.ActorKind) core.ID {
		id := s.ids.Next()
		s.exec(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO file (village, id, sha256, mime, size, owner, owner_id, by_kind, by_id, created_ms)
				VALUES ($1, $2, $3, 'image/jpeg', 3, 'claim', 0, $4, 9, 0)`, s.village, id, []byte{1, 2, 3}, string(kind))
			return err
		})
		return id
	}
	soap := market.ItemInput{Village: s.village, Name: "肥皂", Unit: "块", Price: 5, Photo: photo(core.CardActor)}
	_, err := s.market.CreateItem(context.Background(), s.keeper, soap)
	wantCode(t, err, "market.no_photo")
	soap.Photo = photo(core.StaffActor)
	must(s.market.CreateItem(context.Background(), s.keeper, soap))(t)
}
