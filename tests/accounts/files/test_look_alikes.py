"""Exports of services, with their headers and made-up rows, are imported exactly or refused.

The options of each are what a user writes below the account.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.command import ordosync

from .exports import Found, configure, like, read, shown


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A file, the options with which it is read, and what it gives."""

    name: str
    options: str
    text: str
    file: str = "export.csv"
    encoding: str = "utf-8"
    subject: str = "orders"
    orders: tuple[Mapping[str, Any], ...] = ()
    shipments: tuple[Mapping[str, Any], ...] = ()
    stock: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    held: Mapping[str, str] = field(default_factory=dict)
    """Records that are left out, each with a part of the reason."""


def order(number: str, *lines: tuple[str, int], **fields: Any) -> dict[str, Any]:
    """Return what is expected of an order."""
    return {
        "number": number,
        **fields,
        "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in lines],
    }


SAMPLES = (
    Sample(
        name="squarespace",
        options="""
            columns: {order_number: Order ID, currency: Currency, placed_at: Created at,
                      sku: Lineitem sku, name: Lineitem name, quantity: Lineitem quantity,
                      unit_price: Lineitem price, requires_shipping: Lineitem requires shipping,
                      ship_to.name: Shipping Name, ship_to.street1: Shipping Address1,
                      ship_to.city: Shipping City, ship_to.zip: Shipping Zip,
                      ship_to.country: Shipping Country}
            blank_repeats: true
            dialect: spreadsheet
            date_format: "%Y-%m-%d %H:%M:%S %z"
            timezone: America/New_York
            statuses: [{column: Financial Status, travels: [PAID], held: [PENDING],
                        skipped: [REFUNDED, CANCELED]}]
        """,
        text="""\
Order ID,Email,Financial Status,Currency,Created at,Lineitem quantity,Lineitem name,Lineitem price,\
Lineitem sku,Lineitem requires shipping,Shipping Name,Shipping Address1,Shipping City,\
Shipping Zip,Shipping Country
00021,a@example.org,PAID,USD,2026-11-20 09:00:00 -0500,2,Mug,16.00,SQ1,true,Ada,1 High St,Town,\
07001,US
00021,,,,,1,Board,20.00,SQ2,true,,,,,
00022,b@example.org,REFUNDED,USD,2026-11-20 09:00:00 -0500,1,Mug,16.00,SQ1,true,Bo,2 High St,\
Town,07001,US
00022,,,,,3,Board,20.00,SQ2,true,,,,,
""",
        orders=(
            order(
                "00021",
                ("SQ1", 2),
                ("SQ2", 1),
                placed_at="2026-11-20T14:00:00Z",
                ship_to={"name": "Ada", "zip": "07001"},
            ),
        ),
        skipped={"00022": "REFUNDED"},
    ),
    Sample(
        name="amazon order report",
        options="""
            preset: amazon-orders
            timezone: UTC
            currency: USD
        """,
        file="orders.txt",
        encoding="cp1252",
        text="""\
order-id\torder-item-id\tpurchase-date\tpayments-date\tbuyer-email\tbuyer-name\t\
buyer-phone-number\tsku\tproduct-name\tquantity-purchased\tcurrency\titem-price\titem-tax\t\
ship-service-level\trecipient-name\tship-address-1\tship-address-2\tship-address-3\tship-city\t\
ship-state\tship-postal-code\tship-country
111-1\t1\t2026-11-20T08:15:00+00:00\t\tx@marketplace.example\tJosé\t\tMUG\tMug\t2\tUSD\t37.00\t\t\
Standard\tJosé\t1 Calle\tPatio\tDoor 3\tBOSTON\tMA\t02108\tUS
""",
        orders=(
            {
                "number": "111-1",
                "ship_to": {"street1": "1 Calle", "street2": "Patio, Door 3", "zip": "02108"},
                "lines": [{"sku": "MUG", "quantity": 2}],
            },
        ),
    ),
    Sample(
        name="amazon, a name with quotation marks",
        options="""
            preset: amazon-orders
            timezone: UTC
            currency: USD
            quotes: false
        """,
        file="orders.txt",
        text="""\
order-id\tpurchase-date\tsku\tproduct-name\tquantity-purchased\tship-service-level\t\
recipient-name\tship-address-1\tship-address-2\tship-city\tship-postal-code\tship-country
111-1\t2026-11-20T08:15:00Z\tMUG\t"Blue" mug, 12"\t2\tStandard\tAda\t1 High St\t\tReno\t89501\tUS
""",
        orders=({"number": "111-1", "lines": [{"name": '"Blue" mug, 12"', "quantity": 2}]},),
    ),
    Sample(
        name="woocommerce, a row an item, with refunded amounts",
        options="""
            columns: {order_number: order_number, placed_at: date, shipping_method: shipping_method,
                      sku: item_sku, name: item_name, quantity: item_quantity,
                      line_total: item_total, ship_to.street1: shipping_address_1,
                      ship_to.city: shipping_city, ship_to.zip: shipping_postcode,
                      ship_to.country: shipping_country}
            transform: {ship_to.name: [{join: [shipping_first_name, shipping_last_name]}]}
            date_format: "%Y-%m-%d %H:%M:%S"
            timezone: UTC
            currency: USD
            statuses:
            - {column: status, travels: [processing], held: [pending, on-hold],
               skipped: [completed, cancelled, refunded]}
            - {column: item_refunded, rows: true, travels: ["", "0", "0.00"], others: failed}
        """,
        text="""\
order_id,order_number,date,status,shipping_method,shipping_first_name,shipping_last_name,\
shipping_address_1,shipping_city,shipping_postcode,shipping_country,item_name,item_sku,\
item_quantity,item_total,item_refunded
7,101,2026-11-20 10:00:00,processing,Flat,Ada,Byron,1 High St,Leeds,LS1 1BA,GB,Mug,MUG,2,32.00,0.00
7,101,2026-11-20 10:00:00,processing,Flat,Ada,Byron,1 High St,Leeds,LS1 1BA,GB,Board,BRD,1,20.00,
8,102,2026-11-20 11:00:00,processing,Flat,Bo,Lind,2 High St,Leeds,LS1 1BA,GB,Mug,MUG,2,32.00,16.00
9,103,2026-11-20 11:00:00,on-hold,Flat,Cy,Ng,3 High St,Leeds,LS1 1BA,GB,Mug,MUG,1,16.00,
""",
        orders=(order("101", ("BRD", 1), ("MUG", 2), ship_to={"name": "Ada Byron"}),),
        held={"103": "on-hold"},
        failed={"102": "which does not say which units"},
    ),
    Sample(
        name="woocommerce, order columns blank below",
        options="""
            columns: {order_number: Order Number, sku: SKU, quantity: Quantity,
                      ship_to.name: Name, ship_to.street1: Address, ship_to.zip: Postcode,
                      ship_to.country: Country}
            blank_repeats: true
            statuses: [{column: Status, travels: [Processing], skipped: [Cancelled]}]
        """,
        text="""\
Order Number,Status,Name,Address,Postcode,Country,SKU,Quantity
21,Processing,Ada,1 High St,07001,US,MUG,1
,,,,,,BOARD,2
22,Cancelled,Bo,2 High St,07001,US,MUG,1
,,,,,,BOARD,1
23,Processing,Cy,3 High St,07001,US,CUP,1
""",
        orders=(
            order("21", ("BOARD", 2), ("MUG", 1), ship_to={"name": "Ada"}),
            order("23", ("CUP", 1)),
        ),
        skipped={"22": "Cancelled"},
    ),
    Sample(
        name="shipstation orders",
        options="""
            columns: {order_number: Order - Number, placed_at: Date - Order Date, sku: Item - SKU,
                      name: Item - Name, quantity: Item - Qty, unit_price: Item - Price,
                      ship_to.name: Ship To - Name, ship_to.street1: Ship To - Address 1,
                      ship_to.street2: Ship To - Address 2, ship_to.street3: Ship To - Address 3,
                      ship_to.city: Ship To - City, ship_to.state: Ship To - State,
                      ship_to.zip: Ship To - Postal Code, ship_to.country: Ship To - Country}
            transform: {quantity: [whole], placed_at: [{date: ["%m/%d/%Y %I:%M:%S %p"]}]}
            timezone: America/Los_Angeles
            currency: USD
        """,
        text="""\
Order - Number,Date - Order Date,Item - SKU,Item - Name,Item - Qty,Item - Price,Ship To - Name,\
Ship To - Address 1,Ship To - Address 2,Ship To - Address 3,Ship To - City,Ship To - State,\
Ship To - Postal Code,Ship To - Country
1001,11/20/2026 1:15:00 PM,MUG,Mug,2.00,16.00,Ada,1 High St,Unit 2,Dock 3,Reno,NV,89501,US
1002,11/20/2026 1:15:00 PM,MUG,Mug,2.50,16.00,Ada,1 High St,,,Reno,NV,89501,US
""",
        orders=(
            order(
                "1001",
                ("MUG", 2),
                placed_at="2026-11-20T21:15:00Z",
                ship_to={"street2": "Unit 2, Dock 3"},
            ),
        ),
        failed={"1002": "is not a whole number"},
    ),
    Sample(
        name="shipstation shipments with the cost of labels",
        subject="shipments",
        options="""
            preset: shipstation-shipments
            timezone: America/New_York
            columns: {cost: Shipment - Cost}
            transform: {cost: [{currency: "$"}]}
            currency: USD
        """,
        text="""\
Order - Number,Date - Shipped Date,Shipment - Carrier,Shipment - Service,\
Shipment - Tracking Number,Shipment - Cost,Item - SKU
1001,11/21/2026,UPS,Ground,1Z1,$6.40,MUG
1001,11/21/2026,UPS,Ground,1Z1,$6.40,BOARD
1001,11/22/2026 9:05:00 AM,UPS,Ground,1Z2,$7.00,MUG
1002,11/22/2026,UPS,Ground,,,MUG
""",
        shipments=(
            {"order_number": "1001", "tracking_number": "1Z1", "carrier": "UPS"},
            {
                "order_number": "1001",
                "tracking_number": "1Z2",
                "shipped_at": "2026-11-22T14:05:00Z",
            },
        ),
    ),
    Sample(
        name="magento order grid",
        options="""
            columns: {order_number: ID, placed_at: Purchase Date, sku: SKU, quantity: Qty,
                      ship_to.name: Ship-to Name, ship_to.street1: Shipping Address}
            date_format: "%b %d, %Y %I:%M:%S %p"
            timezone: UTC
        """,
        text="""\
ID,Purchase Point,Purchase Date,Bill-to Name,Ship-to Name,Grand Total (Base),\
Grand Total (Purchased),Status,Billing Address,Shipping Address,Shipping Information
000000299,Main,"Nov 20, 2026 9:15:00 AM",Ada,Ada,$219.40,$219.40,Pending,"1 High St,Leeds",\
"1 High St,Leeds",Flat
""",
        failed={"file:export.csv": "Magento's grid of orders has neither SKUs nor quantities"},
    ),
    Sample(
        name="prestashop details",
        options="""
            columns: {order_number: Reference, sku: Product reference, name: Product,
                      quantity: Quantity, unit_price: Unit price, ship_to.street1: Address,
                      ship_to.zip: Postcode, ship_to.city: City, ship_to.country: Country}
            transform: {ship_to.name: [{join: [First name, Last name]}], ship_to.country: [country]}
            delimiter: ";"
            decimal: ","
            encoding: cp1252
            currency: EUR
        """,
        encoding="cp1252",
        text="""\
Reference;First name;Last name;Address;Postcode;City;Country;Product;Product reference;Quantity;\
Unit price
XKBKNABJK;Zoé;Müller;1 rue du Bac;01000;Bourg;Allemagne;Tasse;00501;2;16,000000
""",
        orders=(
            {
                "number": "XKBKNABJK",
                "ship_to": {"name": "Zoé Müller", "zip": "01000", "country": "DE"},
                "lines": [{"sku": "00501", "quantity": 2, "unit_price": "16.00"}],
            },
        ),
    ),
    Sample(
        name="shopware 5 orders",
        options="""
            columns: {order_number: number, placed_at: orderTime, sku: articleNumber,
                      name: articleName, quantity: quantity, unit_price: price,
                      ship_to.street1: shippingStreet, ship_to.zip: shippingZipcode,
                      ship_to.city: shippingCity, ship_to.country: shippingCountry,
                      currency: currency}
            transform: {ship_to.name: [{join: [shippingFirstname, shippingLastname]}],
                        ship_to.country: [country]}
            delimiter: ";"
            date_format: "%Y-%m-%d %H:%M:%S"
            timezone: Europe/Berlin
            ignore_skus: [GUTSCHEIN]
        """,
        text="""\
number;orderTime;currency;articleNumber;articleName;quantity;price;shippingFirstname;\
shippingLastname;shippingStreet;shippingZipcode;shippingCity;shippingCountry
20001;2026-11-20 10:00:00;EUR;SW10239;Tasse;2;16.00;Ada;Öst;Weg 1;01067;Dresden;Österreich
20001;2026-11-20 10:00:00;EUR;GUTSCHEIN;Gutschein;1;-5.00;Ada;Öst;Weg 1;01067;Dresden;Österreich
""",
        orders=(order("20001", ("SW10239", 2), ship_to={"name": "Ada Öst", "country": "AT"}),),
    ),
    Sample(
        name="walmart drop-ship",
        options="""
            columns: {order_number: PO#, placed_at: Order Date, sku: SKU, name: Item Description,
                      quantity: Qty, unit_price: Item Cost, ship_to.name: Customer Name,
                      ship_to.street1: Ship to Address 1, ship_to.city: City,
                      ship_to.state: State, ship_to.zip: Zip, line_id: PO Line#}
            constants: {ship_to.country: US}
            date_format: "%Y-%m-%d"
            timezone: America/Chicago
            currency: USD
            statuses: [{column: Status, rows: true, travels: [Created, Acknowledged],
                        skipped: [Cancelled, Shipped, Delivered]}]
        """,
        text="""\
PO#,Order#,Order Date,Customer Name,Ship to Address 1,City,State,Zip,PO Line#,Status,SKU,\
Item Description,Qty,Item Cost
5781,2001,2026-11-20,Ada,1 High St,Reno,NV,08950,1,Created,MUG,Mug,2,8.00
5781,2001,2026-11-20,Ada,1 High St,Reno,NV,08950,2,Cancelled,BOARD,Board,1,9.00
""",
        orders=(order("5781", ("MUG", 2), ship_to={"zip": "08950", "country": "US"}),),
    ),
    Sample(
        name="faire",
        options="""
            columns: {order_number: Order Number, placed_at: Order Date, sku: SKU,
                      name: Product Name, quantity: Quantity, unit_price: Wholesale Price,
                      ship_to.name: Retailer Name, ship_to.street1: Address 1, ship_to.city: City,
                      ship_to.zip: Zip Code, ship_to.country: Country}
            transform: {unit_price: [{currency: "$"}, {thousands: ","}], ship_to.country: [country]}
            date_format: "%Y-%m-%d"
            timezone: America/Los_Angeles
            currency: USD
        """,
        text="""\
Order Date,Order Number,Purchase Order Number,Retailer Name,Address 1,Address 2,City,State,\
Zip Code,Country,Product Name,Option Name,SKU,Quantity,Wholesale Price,Retail Price
2026-11-20,ABCDEF,,Ada's,1 High St,,Reno,NV,89501,United States,Mug,Blue,MUG,6,"$1,008.00",$16.00
""",
        orders=(
            {"number": "ABCDEF", "lines": [{"sku": "MUG", "quantity": 6, "unit_price": "1008.00"}]},
        ),
    ),
    Sample(
        name="commercehub-like",
        options="""
            columns: {order_number: PONumber, placed_at: OrderDate, sku: VendorSKU,
                      name: Description, quantity: Qty, unit_price: UnitCost,
                      ship_to.name: ShipToName,
                      ship_to.street1: ShipToAddr1, ship_to.city: ShipToCity,
                      ship_to.zip: ShipToZip, ship_to.country: ShipToCountry}
            delimiter: "|"
            date_format: "%Y%m%d"
            timezone: America/New_York
            currency: USD
        """,
        file="orders.txt",
        text="""\
PONumber|OrderDate|VendorSKU|Description|Qty|UnitCost|ShipToName|ShipToAddr1|ShipToCity|\
ShipToZip|ShipToCountry
00012345|20261120|00501|Mug|2|8.00|Ada|1 High St|Reno|08950|US
""",
        orders=(order("00012345", ("00501", 2), placed_at="2026-11-20T05:00:00Z"),),
    ),
    Sample(
        name="json lines of an api",
        options="""
            columns: {order_number: id, sku: "items[].sku", quantity: "items[].quantity",
                      unit_price: "items[].price", ship_to.name: address.name,
                      ship_to.zip: address.zip, ship_to.country: address.country}
            lines: items[]
            transform: {quantity: [whole]}
            currency: USD
        """,
        file="orders.jsonl",
        text="""\
{"id": 1001, "meta": {"tags": ["a"], "risk": null}, "address": {"name": "Ada", "zip": "07001", \
"country": "US"}, "items": [{"sku": "MUG", "quantity": 2.0, "price": 16.00}, \
{"sku": "BOARD", "quantity": 1, "price": 20}]}
""",
        orders=(order("1001", ("BOARD", 1), ("MUG", 2), ship_to={"zip": "07001"}),),
    ),
    Sample(
        name="woocommerce, a row an order",
        options="""
            columns: {order_number: order_number, placed_at: date, ship_to.street1: address_1,
                      ship_to.zip: postcode, ship_to.country: country}
            transform: {ship_to.name: [{join: [first_name, last_name]}]}
            one_row:
              columns: line_item_{n}
              each: name:{name}|product_id:{}|sku:{sku}|quantity:{quantity}|total:{line_total}
            date_format: "%Y-%m-%d %H:%M:%S"
            timezone: UTC
            currency: USD
        """,
        text="""\
order_number,date,status,first_name,last_name,address_1,postcode,country,line_item_1,line_item_2
101,2026-11-20 10:00:00,processing,Ada,Byron,1 High St,07001,US,\
name:Mug|product_id:12|sku:MUG|quantity:2|total:32.00,\
name:Board|product_id:13|sku:00501|quantity:1|total:20.00
102,2026-11-20 10:00:00,processing,Bo,Lind,2 High St,07001,US,\
name:Mug|product_id:12|sku:MUG|quantity:1|total:16.00,
103,2026-11-20 10:00:00,processing,Cy,Ng,3 High St,07001,US,name:Mug|sku:MUG,
""",
        orders=(
            order("101", ("00501", 1), ("MUG", 2), ship_to={"name": "Ada Byron"}),
            order("102", ("MUG", 1)),
        ),
        failed={"103": "is not a line of the form"},
    ),
    Sample(
        name="bigcommerce orders",
        options="""
            columns: {order_number: Order ID, ship_to.name: Shipping Name,
                      ship_to.street1: Shipping Street 1, ship_to.city: Shipping Suburb,
                      ship_to.zip: Shipping Zip, ship_to.country: Shipping Country,
                      currency: Order Currency Code}
            transform: {placed_at: [{join: [Order Date, Order Time]},
                                    {date: ["%d/%m/%Y %H:%M:%S"]}], ship_to.country: [country]}
            one_row:
              items: Product Details
              at: "|"
              each: >-
                Product ID: {}, Product Qty: {quantity}, Product SKU: {sku},
                Product Name: {name}, Product Total Price: {line_total}
            timezone: Europe/London
        """,
        text="""\
Order ID,Order Status,Order Date,Order Time,Order Currency Code,Shipping Name,Shipping Street 1,\
Shipping Suburb,Shipping Zip,Shipping Country,Product Details
201,Awaiting Fulfillment,20/11/2026,10:15:00,GBP,Ada,1 High St,Leeds,LS1 1BA,United Kingdom,\
"Product ID: 77, Product Qty: 2, Product SKU: MUG, Product Name: Mug, Product Total Price: 32.00|\
Product ID: 78, Product Qty: 1, Product SKU: 00501, Product Name: Board, \
Product Total Price: 20.00"
""",
        orders=(
            order(
                "201",
                ("00501", 1),
                ("MUG", 2),
                placed_at="2026-11-20T10:15:00Z",
                currency="GBP",
                ship_to={"country": "GB"},
            ),
        ),
    ),
    Sample(
        name="square items, with refunds as negative rows",
        options="""
            columns: {order_number: Payment ID, sku: SKU, name: Item, quantity: Qty,
                      ship_to.name: Customer Name}
            transform: {quantity: [whole]}
            rows: sum
        """,
        text="""\
Date,Time,Category,Item,Qty,SKU,Gross Sales,Payment ID,Customer Name
11/20/26,10:00:00,Mugs,Mug,2.0,MUG,$32.00,pay1,Ada
11/21/26,10:00:00,Mugs,Mug,-1.0,MUG,-$16.00,pay1,Ada
11/20/26,10:00:00,Mugs,Board,1.0,BOARD,$20.00,pay1,Ada
11/20/26,10:00:00,Mugs,Mug,1.0,MUG,$16.00,pay2,Bo
11/21/26,10:00:00,Mugs,Mug,-2.0,MUG,-$32.00,pay2,Bo
""",
        orders=(order("pay1", ("BOARD", 1), ("MUG", 1)),),
        failed={"pay2": "less than 0"},
    ),
    Sample(
        name="refunds as negative rows",
        options="""
            columns: {order_number: order, sku: sku, quantity: qty, ship_to.name: to}
            rows: sum
        """,
        text="order,to,sku,qty\n1,Ada,MUG,3\n1,Ada,MUG,-1\n1,Ada,CUP,1\n1,Ada,CUP,-1\n",
        orders=(order("1", ("MUG", 2)),),
    ),
    Sample(
        name="shopify inventory, of two locations",
        subject="stock",
        options="""
            columns: {sku: SKU, quantity: Available}
            transform: {quantity: [{map: {not stocked: 0}}]}
            skip: [{column: SKU, matches: ^$, reason: no SKU}]
            rows: sum
        """,
        text="""\
Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,Location,Incoming,Unavailable,Committed,\
Available,On hand
mug,Mug,Color,Blue,MUG-BLUE,,,Leeds,0,0,0,4,4
mug,Mug,Color,Blue,MUG-BLUE,,,York,0,0,0,3,3
mug,,Color,Red,MUG-RED,,,Leeds,0,0,0,not stocked,not stocked
mug,,Color,Red,MUG-RED,,,York,0,0,0,2,2
card,Card,,,,,,Leeds,0,0,0,9,9
""",
        stock={"MUG-BLUE": 7, "MUG-RED": 2},
    ),
    Sample(
        name="stock by warehouse",
        subject="stock",
        options="""
            columns: {sku: sku, quantity: qty}
            rows: sum
        """,
        text="sku,warehouse,qty\nA,1,4\nA,2,3\nB,1,0\nC,1,2\nC,2,?\n",
        stock={"A": 7, "B": 0},
        failed={"C": "quantity"},
    ),
    Sample(
        name="stock with totals and blank rows",
        subject="stock",
        options="""
            columns: {sku: Artikel, quantity: Bestand}
            delimiter: ";"
            encoding: cp1252
            until: {column: Artikel, matches: ^Summe$}
        """,
        encoding="cp1252",
        text="Artikel;Größe;Bestand\nA-1;groß;5\n;;\n00501;klein;0\nSumme;;5\n",
        stock={"A-1": 5, "00501": 0},
    ),
    Sample(
        name="stock in words",
        subject="stock",
        options="""
            columns: {sku: Item, quantity: Availability}
            transform: {quantity: [{thousands: ","}, whole,
                                   {map: {In Stock: 25, Out of stock: 0, ">10": 10}}]}
        """,
        text='Item,Availability\nA,In Stock\nB,Out of stock\nC,>10\nD,1.0\nE,"1,000"\nF,soon\n',
        stock={"A": 25, "B": 0, "C": 10, "D": 1, "E": 1000},
        failed={"F": "is not a whole number"},
    ),
    Sample(
        name="tracking, two parcels an order",
        subject="shipments",
        options="""
            columns: {order_number: order, tracking_number: tracking, carrier: carrier,
                      shipped_at: date}
            date_format: "%Y-%m-%d"
            timezone: UTC
        """,
        text="order,tracking,carrier,date\n1,1Z1,UPS,2026-11-20\n1,1Z2,UPS,2026-11-21\n",
        shipments=(
            {"order_number": "1", "tracking_number": "1Z1"},
            {"order_number": "1", "tracking_number": "1Z2"},
        ),
    ),
    Sample(
        name="duoplane tracking",
        subject="shipments",
        options="preset: duoplane-tracking",
        text='purchase_order,carrier,tracking_numbers\n77001,UPSN,"1Z1,1Z2"\n77002,FEDX,\n',
        shipments=(
            {"order_number": "77001", "tracking_number": "1Z1", "carrier": "UPSN"},
            {"order_number": "77001", "tracking_number": "1Z2", "carrier": "UPSN"},
        ),
    ),
)


def read_sample(folder: Path, sample: Sample) -> Found:
    file = folder / sample.file
    file.write_text(sample.text, sample.encoding, newline="")
    return read(folder, sample.subject, yaml.safe_load(sample.options), file)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_an_export_is_read_exactly_or_refused(sample: Sample, tmp_path: Path) -> None:
    found = read_sample(tmp_path, sample)

    left_out = {*found.held, *found.failed}
    orders = [shown(each) for each in found.orders.values() if each.number not in left_out]
    assert like(orders, list(sample.orders)) == list(sample.orders)
    shipments = [shown(each) for each in found.shipments]
    assert like(shipments, list(sample.shipments)) == list(sample.shipments)
    assert found.stock == sample.stock
    for name in ("skipped", "failed", "held"):
        reasons, expected = getattr(found, name), getattr(sample, name)
        assert set(reasons) == set(expected), reasons
        assert all(part in reasons[key] for key, part in expected.items()), reasons


def test_products_of_a_shop_with_long_descriptions_are_read(tmp_path: Path) -> None:
    columns = {"sku": "Variant SKU", "name": "Title", "price": "Variant Price"}
    skip = [{"column": "Variant SKU", "matches": "^$", "reason": "a picture"}]
    options = {"glob": "products.csv", "currency": "USD", "columns": columns, "skip": skip}
    orders = {"columns": {"order_number": "No", "sku": "SKU", "quantity": "Qty"}}
    configure(tmp_path, "orders", orders)
    config = yaml.safe_load((tmp_path / "config.yaml").read_text())
    config["accounts"]["shop"]["products"] = options
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    (tmp_path / "products.csv").write_text(
        "Handle,Title,Body (HTML),Variant SKU,Variant Price,Image Src\n"
        f"mug,Mug,{'<p>x</p>' * 3000},MUG-BLUE,16.00,a.jpg\n"
        "mug,,,MUG-RED,16.00,\n"
        "mug,,,,,b.jpg\n"
    )

    done = ordosync(tmp_path, "import-products", "--json")

    assert (done.code, done.counts["done"]) == (0, 2)
