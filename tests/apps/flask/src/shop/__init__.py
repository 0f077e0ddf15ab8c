"""A small site."""

from flask import Blueprint, Flask, flash, get_flashed_messages, jsonify, render_template, request, session, url_for

goods = Blueprint("goods", __name__, url_prefix="/goods")


@goods.get("/<int:number>")
def show(number):
    session["seen"] = session.get("seen", 0) + 1
    return render_template("goods.html", number=number, seen=session["seen"])


@goods.post("/")
def add():
    flash(f"added {request.form['name']}")
    return jsonify(name=request.form["name"], messages=get_flashed_messages())


def create_app():
    app = Flask(__name__)
    app.secret_key = "not secret"
    app.register_blueprint(goods)

    @app.get("/")
    def index():
        return render_template("index.html", style=url_for("static", filename="style.css"))

    @app.get("/broken")
    def broken():
        return 1 / 0

    @app.cli.command("stock")
    def stock():
        """Counts the stock."""
        print("three")

    return app
