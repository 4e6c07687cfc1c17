package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/market"
)

const marketTag = "Points supermarket"

func (s *server) registerMarket() {
	s.registerShop()
	s.registerGoods()
	s.registerTill()
	s.registerRedemptions()
	s.registerShopMoney()
	s.registerFunds()
	s.registerStock()
	s.registerStockSheets()
}

// Shops ------------------------------------------------------------------------------------------------------------

type shopBody struct {
	Name    string           `json:"name" maxLength:"60"`
	Rate    core.Fen         `json:"rate_fen" doc:"fen of goods one point buys"`
	Floor   core.Points      `json:"floor" doc:"base points a household needs to redeem; 0 none"`
	State   market.ShopState `json:"state" enum:"open,closed"`
	Version int64            `json:"version" doc:"the version the editor saw; 0 for a new shop"`
}

type grantBody struct {
	Amount   core.Fen `json:"amount_fen"`
	Document string   `json:"document" maxLength:"120" doc:"number of the paper the money came with; entered once in a village"`
}

func (s *server) registerShop() {
	handle(s, spec{
		ID: "get-shop", Method: http.MethodGet, Path: "/villages/{village}/shop", Tag: marketTag, Op: access.OpReadVillage,
		Summary: "The village's shop and its settings",
	}, func(ctx context.Context, by core.Actor, in *InVillage) (*market.Shop, error) {
		shop, err := s.svc.Market.Shop(ctx, by, in.Village.Area)
		return &shop, err
	})
	handle(s, spec{
		ID: "save-shop", Method: http.MethodPut, Path: "/villages/{village}/shop", Tag: marketTag, Op: access.OpManageShop,
		Summary: "Set up the shop or change its settings",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body shopBody
	}) (*market.Shop, error) {
		shop, err := s.svc.Market.SaveShop(ctx, by, market.ShopInput{
			Village: in.Village.Area, Name: in.Body.Name, Rate: in.Body.Rate, Floor: in.Body.Floor, State: in.Body.State, Version: in.Body.Version,
		})
		return &shop, err
	})
	handle(s, spec{
		ID: "grant-funds", Method: http.MethodPost, Path: "/villages/{village}/shop/grants", Tag: marketTag, Op: access.OpGrantFunds,
		Status: http.StatusCreated, Summary: "Put money into the shop's fund",
		Detail: "One document number is posted once in a village, whoever sends it again and under whichever key.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body grantBody
	}) (*market.Grant, error) {
		grant, err := s.svc.Market.GrantFunds(ctx, by, market.GrantInput{Village: in.Village.Area, Document: in.Body.Document, Amount: in.Body.Amount})
		return &grant, err
	})
}

// Goods ------------------------------------------------------------------------------------------------------------

// itemView is goods as staff see them.
type itemView struct {
	ID       core.ID          `json:"id"`
	Name     string           `json:"name"`
	Unit     string           `json:"unit"`
	Price    core.Points      `json:"price"`
	Qty      int64            `json:"qty"`
	Cost     core.Fen         `json:"cost_fen" doc:"of all pieces in stock together, by moving average"`
	Low      int64            `json:"low" doc:"warn at or below"`
	PhotoURL string           `json:"photo_url" doc:"'' if there is none"`
	State    market.ItemState `json:"state"`
	Fund     core.ID          `json:"fund" doc:"restricted fund the goods are bought from; '' for free money"`
	Version  int64            `json:"version"`
}

func viewItem(village core.Area) func(market.Item) itemView {
	return func(it market.Item) itemView {
		return itemView{ID: it.ID, Name: it.Name, Unit: it.Unit, Price: it.Price, Qty: it.Qty, Cost: it.Cost, Low: it.Low,
			PhotoURL: itemPhotoURL(village, it), State: it.State, Fund: it.Fund, Version: it.Version}
	}
}

type newItemBody struct {
	Name  string      `json:"name" maxLength:"60"`
	Unit  string      `json:"unit" maxLength:"12"`
	Price core.Points `json:"price"`
	Low   int64       `json:"low,omitempty" doc:"warn at or below"`
	Photo core.ID     `json:"photo,omitempty" doc:"id of an uploaded file"`
	Fund  core.ID     `json:"fund,omitempty" doc:"restricted fund the goods are bought from, for good; '' for free money"`
}

type itemEditBody struct {
	Version int64             `json:"version" doc:"the version the editor saw"`
	Name    *string           `json:"name,omitempty" maxLength:"60"`
	Unit    *string           `json:"unit,omitempty" maxLength:"12"`
	Price   *core.Points      `json:"price,omitempty"`
	Low     *int64            `json:"low,omitempty"`
	Photo   *core.ID          `json:"photo,omitempty" doc:"'' takes the photo away"`
	State   *market.ItemState `json:"state,omitempty" enum:"active,hidden"`
}

type receiveBody struct {
	Qty        int64    `json:"qty"`
	Cost       core.Fen `json:"cost_fen" doc:"what the fund paid for all of them; of a gift, what it is worth, or 0"`
	Given      bool     `json:"given,omitempty" doc:"a gift in kind: no money moves"`
	Supplier   string   `json:"supplier,omitempty" maxLength:"120" doc:"or the giver; '' for one who does not want to be named"`
	Invoice    string   `json:"invoice,omitempty" maxLength:"120"`
	Photo      core.ID  `json:"photo,omitempty" doc:"id of an uploaded photo of the invoice, which its deliveries may share"`
	Batch      string   `json:"batch,omitempty" maxLength:"60"`
	BestBefore core.Day `json:"best_before,omitempty" doc:"yyyymmdd; leave out for goods without a date"`
	Note       string   `json:"note,omitempty" maxLength:"200"`
}

func (s *server) registerGoods() {
	handle(s, spec{
		ID: "list-items", Method: http.MethodGet, Path: "/villages/{village}/items", Tag: marketTag, Op: access.OpReadVillage,
		Summary: "Goods in the order of their names' pinyin", Detail: "At most 500; there are no pages.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		All bool `query:"all" doc:"hidden goods too"`
	}) (*list[itemView], error) {
		items, err := s.svc.Market.Items(ctx, by, in.Village.Area, in.All)
		return listOf(items, "", viewItem(in.Village.Area)), err
	})
	handle(s, spec{
		ID: "create-item", Method: http.MethodPost, Path: "/villages/{village}/items", Tag: marketTag, Op: access.OpEditItems,
		Status: http.StatusCreated, Summary: "Put new goods on the shelf, with nothing in stock yet",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body newItemBody
	}) (*itemView, error) {
		item, err := s.svc.Market.CreateItem(ctx, by, market.ItemInput{
			Village: in.Village.Area, Name: in.Body.Name, Unit: in.Body.Unit, Price: in.Body.Price, Low: in.Body.Low, Photo: in.Body.Photo, Fund: in.Body.Fund,
		})
		return viewed(item, err, viewItem(in.Village.Area))
	})
	handle(s, spec{
		ID: "update-item", Method: http.MethodPatch, Path: "/villages/{village}/items/{id}", Tag: marketTag, Op: access.OpEditItems,
		Summary: "Change goods: name, unit, price, photo, or hide them",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body itemEditBody
	}) (*itemView, error) {
		b := in.Body
		item, err := s.svc.Market.UpdateItem(ctx, by, market.ItemEdit{
			Village: in.Village.Area, ID: in.ID.ID, Version: b.Version, Name: b.Name, Unit: b.Unit, Price: b.Price, Low: b.Low, Photo: b.Photo, State: b.State,
		})
		return viewed(item, err, viewItem(in.Village.Area))
	})
	handle(s, spec{
		ID: "receive-goods", Method: http.MethodPost, Path: "/villages/{village}/items/{id}/receive", Tag: marketTag, Op: access.OpReceiveGoods,
		Status: http.StatusCreated, Summary: "Put delivered goods into stock and take their cost out of the fund",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body receiveBody
	}) (*itemView, error) {
		item, err := s.svc.Market.Receive(ctx, by, market.ReceiveInput{
			Village: in.Village.Area, Item: in.ID.ID, Qty: in.Body.Qty, Cost: in.Body.Cost, Given: in.Body.Given, Supplier: in.Body.Supplier,
			Invoice: in.Body.Invoice, Photo: in.Body.Photo, Batch: in.Body.Batch, BestBefore: in.Body.BestBefore, Note: in.Body.Note,
		})
		return viewed(item, err, viewItem(in.Village.Area))
	})
}

// viewed turns a command's answer into what the API shows of it.
func viewed[S, T any](v S, err error, view func(S) T) (*T, error) {
	if err != nil {
		return nil, err
	}
	out := view(v)
	return &out, nil
}
