package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/market"
)

// lotView is a delivery and what is left of it.
type lotView struct {
	ID         core.ID        `json:"id" doc:"'' for pieces that no delivery accounts for"`
	Item       core.ID        `json:"item"`
	Name       string         `json:"name"`
	Unit       string         `json:"unit"`
	Kind       market.LotKind `json:"kind" enum:"bought,given,found,old"`
	Received   int64          `json:"received"`
	Qty        int64          `json:"qty" doc:"left when the lots were last written; exact in the stock list"`
	Cost       core.Fen       `json:"cost_fen" doc:"of all received"`
	Fund       core.ID        `json:"fund" doc:"restricted fund that paid; '' for free money"`
	Supplier   string         `json:"supplier" doc:"or the giver; '' if none is named"`
	Invoice    string         `json:"invoice"`
	PhotoURL   string         `json:"photo_url" doc:"of the invoice; '' if there is none"`
	Batch      string         `json:"batch"`
	BestBefore core.Day       `json:"best_before" doc:"0 if it bears no date"`
	Note       string         `json:"note"`
	Line       int64          `json:"line" doc:"number in the village's book; 0 if no money moved"`
	Reversed   bool           `json:"reversed"`
	ByName     string         `json:"by_name"`
	CreatedMs  int64          `json:"created_ms"`
}

func viewLot(village core.Area) func(market.Lot) lotView {
	return func(l market.Lot) lotView {
		return lotView{ID: l.ID, Item: l.Item, Name: l.Name, Unit: l.Unit, Kind: l.Kind, Received: l.Received, Qty: l.Qty, Cost: l.Cost, Fund: l.Fund,
			Supplier: l.Supplier, Invoice: l.Invoice, PhotoURL: photoURL(village, l.Photo), Batch: l.Batch, BestBefore: l.BestBefore, Note: l.Note,
			Line: l.Line, Reversed: l.Reversed, ByName: l.ByName, CreatedMs: l.CreatedMs}
	}
}

type stockItemView struct {
	Item itemView  `json:"item"`
	Lots []lotView `json:"lots" doc:"in the order they are handed out: first expired, first out"`
}

type stockView struct {
	Items     []stockItemView `json:"items"`
	Low       int             `json:"low" doc:"kinds that are few enough to buy again"`
	Soon      int             `json:"soon" doc:"lots that pass their date within 30 days"`
	Expired   int             `json:"expired" doc:"lots that have passed it"`
	LastCount core.Day        `json:"last_count" doc:"of two people; 0 never"`
	Today     core.Day        `json:"today"`
	SoonDay   core.Day        `json:"soon_day"`
}

func viewStock(village core.Area) func(market.Stock) stockView {
	return func(st market.Stock) stockView {
		v := stockView{Items: make([]stockItemView, len(st.Items)), Low: st.Low, Soon: st.Soon, Expired: st.Expired, LastCount: st.LastCount,
			Today: st.Today, SoonDay: st.SoonDay}
		for i, row := range st.Items {
			v.Items[i] = stockItemView{Item: viewItem(village)(row.Item), Lots: listOf(row.Lots, "", viewLot(village)).Items}
		}
		return v
	}
}

// stockSheetView is what one person found and another confirms.
type stockSheetView struct {
	ID        core.ID            `json:"id"`
	Kind      market.SheetKind   `json:"kind" enum:"spoil,count"`
	State     market.SheetState  `json:"state" enum:"proposed,done,withdrawn"`
	Lines     []market.SheetLine `json:"lines"`
	Reason    string             `json:"reason"`
	Day       core.Day           `json:"day"`
	Voucher   int64              `json:"voucher" doc:"number in the village's book; 0 if nothing had to be posted"`
	Cost      core.Fen           `json:"cost_fen" doc:"what the stock lost; below 0 for what a count found"`
	Mine      bool               `json:"mine" doc:"written by the one who asks, who cannot confirm it"`
	ByName    string             `json:"by_name"`
	CreatedMs int64              `json:"created_ms"`
	EndedName string             `json:"ended_name"`
	EndedMs   int64              `json:"ended_ms"`
}

func viewStockSheet(by core.Actor) func(market.Sheet) stockSheetView {
	return func(sh market.Sheet) stockSheetView {
		lines := sh.Lines
		if lines == nil {
			lines = []market.SheetLine{}
		}
		return stockSheetView{ID: sh.ID, Kind: sh.Kind, State: sh.State, Lines: lines, Reason: sh.Reason, Day: sh.Day, Voucher: sh.Voucher, Cost: sh.Cost,
			Mine: sh.By == by.ID, ByName: sh.ByName, CreatedMs: sh.CreatedMs, EndedName: sh.EndedName, EndedMs: sh.EndedMs}
	}
}

type stockLineBody struct {
	Item core.ID `json:"item"`
	Lot  core.ID `json:"lot,omitempty" doc:"of spoiled goods; '' for those that would be handed out first"`
	Qty  int64   `json:"qty" doc:"pieces spoiled, or pieces counted"`
}

type stockSheetBody struct {
	Kind   market.SheetKind `json:"kind" enum:"spoil,count"`
	Lines  []stockLineBody  `json:"lines" maxItems:"600"`
	Reason string           `json:"reason,omitempty" maxLength:"400"`
}

func (b stockSheetBody) input(village core.Area) market.SheetInput {
	in := market.SheetInput{Village: village, Kind: b.Kind, Reason: b.Reason, Lines: make([]market.SheetLine, len(b.Lines))}
	for i, l := range b.Lines {
		in.Lines[i] = market.SheetLine{Item: l.Item, Lot: l.Lot, Qty: l.Qty}
	}
	return in
}

func (s *server) registerStock() {
	handle(s, spec{
		ID: "get-stock", Method: http.MethodGet, Path: "/villages/{village}/stock", Tag: marketTag, Op: access.OpReadVillage,
		Summary: "What lies on the shelves, by delivery: what runs low, what has to go first, what has passed its date",
	}, func(ctx context.Context, by core.Actor, in *InVillage) (*stockView, error) {
		st, err := s.svc.Market.Stock(ctx, by, in.Village.Area)
		return viewed(st, err, viewStock(in.Village.Area))
	})
	handle(s, spec{
		ID: "list-deliveries", Method: http.MethodGet, Path: "/villages/{village}/deliveries", Tag: marketTag, Op: access.OpReadVillage,
		Summary: "Goods that were bought or given, newest first",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		PageQuery
	}) (*list[lotView], error) {
		rows, next, err := s.svc.Market.Deliveries(ctx, by, in.Village.Area, in.page())
		return listOf(rows, next, viewLot(in.Village.Area)), err
	})
	handle(s, spec{
		ID: "reverse-delivery", Method: http.MethodPost, Path: "/villages/{village}/deliveries/{id}/reverse", Tag: marketTag, Op: access.OpReverseMoney,
		Summary: "Take a whole delivery back of which nothing was handed out; by another person than entered it",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct {
			Reason string `json:"reason" maxLength:"400"`
		}
	}) (*lotView, error) {
		l, err := s.svc.Market.ReverseDelivery(ctx, by, in.Village.Area, in.ID.ID, in.Body.Reason)
		return viewed(l, err, viewLot(in.Village.Area))
	})
}

func (s *server) registerStockSheets() {
	handle(s, spec{
		ID: "list-stock-sheets", Method: http.MethodGet, Path: "/villages/{village}/stock/sheets", Tag: marketTag, Op: access.OpReadVillage,
		Summary: "Spoilage and counts, newest first",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		PageQuery
	}) (*list[stockSheetView], error) {
		rows, next, err := s.svc.Market.Sheets(ctx, by, in.Village.Area, in.page())
		return listOf(rows, next, viewStockSheet(by)), err
	})
	handle(s, spec{
		ID: "propose-stock-sheet", Method: http.MethodPost, Path: "/villages/{village}/stock/sheets", Tag: marketTag, Op: access.OpReportStock,
		Status: http.StatusCreated, Summary: "Write down spoiled goods or a count; nothing moves until another person confirms it",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body stockSheetBody
	}) (*stockSheetView, error) {
		sh, err := s.svc.Market.ProposeSheet(ctx, by, in.Body.input(in.Village.Area))
		return viewed(sh, err, viewStockSheet(by))
	})
	end := func(id, path, summary string, do func(context.Context, core.Actor, core.Area, core.ID) (market.Sheet, error)) {
		handle(s, spec{
			ID: id, Method: http.MethodPost, Path: "/villages/{village}/stock/sheets/{id}/" + path, Tag: marketTag, Op: access.OpConfirmStock, Summary: summary,
		}, func(ctx context.Context, by core.Actor, in *struct {
			InVillage
			ByID
		}) (*stockSheetView, error) {
			sh, err := do(ctx, by, in.Village.Area, in.ID.ID)
			return viewed(sh, err, viewStockSheet(by))
		})
	}
	end("confirm-stock-sheet", "confirm", "Confirm spoilage or a count, as the second person: it is posted", s.svc.Market.ConfirmSheet)
	end("withdraw-stock-sheet", "withdraw", "End a sheet that was wrong; nothing was posted", s.svc.Market.WithdrawSheet)
}
